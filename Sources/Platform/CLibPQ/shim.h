#pragma once

#include <libpq-fe.h>
#include <sys/eventfd.h>

// libpq prints notices to stderr unless told otherwise, and they may quote row values. A C function, because the
// receiver is called from inside libpq with no context that Swift could own.
static void clibpq_ignore_notice(void *context, const PGresult *result) {
    (void)context;
    (void)result;
}

static inline void clibpq_silence_notices(PGconn *connection) {
    PQsetNoticeReceiver(connection, clibpq_ignore_notice, NULL);
}

// Swift's C library module has no <sys/eventfd.h>, and the flags are enumerators, which it could not combine.
static const int clibpq_eventfd_flags = EFD_CLOEXEC | EFD_NONBLOCK;

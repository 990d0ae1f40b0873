#pragma once

// The headers moved into a folder with 0.12.
#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/ssl_socket.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#endif

// Not in Swift's C library module.
#include <netinet/tcp.h>

// Swift cannot call C functions with variable arguments.
static inline amqp_rpc_reply_t shim_login_plain(
    amqp_connection_state_t state, const char *virtual_host, int channel_max, int frame_max, int heartbeat,
    const amqp_table_t *properties, const char *user, const char *password) {
    return amqp_login_with_properties(
        state, virtual_host, channel_max, frame_max, heartbeat, properties, AMQP_SASL_METHOD_PLAIN, user, password);
}

static inline amqp_rpc_reply_t shim_login_external(
    amqp_connection_state_t state, const char *virtual_host, int channel_max, int frame_max, int heartbeat,
    const amqp_table_t *properties, const char *identity) {
    return amqp_login_with_properties(
        state, virtual_host, channel_max, frame_max, heartbeat, properties, AMQP_SASL_METHOD_EXTERNAL, identity);
}

// Swift does not import macros with casts: the method numbers as functions.
static inline uint32_t shim_basic_deliver(void) { return AMQP_BASIC_DELIVER_METHOD; }
static inline uint32_t shim_basic_return(void) { return AMQP_BASIC_RETURN_METHOD; }
static inline uint32_t shim_basic_ack(void) { return AMQP_BASIC_ACK_METHOD; }
static inline uint32_t shim_basic_nack(void) { return AMQP_BASIC_NACK_METHOD; }
static inline uint32_t shim_basic_cancel(void) { return AMQP_BASIC_CANCEL_METHOD; }
static inline uint32_t shim_basic_cancel_ok(void) { return AMQP_BASIC_CANCEL_OK_METHOD; }
static inline uint32_t shim_basic_consume_ok(void) { return AMQP_BASIC_CONSUME_OK_METHOD; }
static inline uint32_t shim_basic_qos_ok(void) { return AMQP_BASIC_QOS_OK_METHOD; }
static inline uint32_t shim_basic_get_ok(void) { return AMQP_BASIC_GET_OK_METHOD; }
static inline uint32_t shim_channel_close(void) { return AMQP_CHANNEL_CLOSE_METHOD; }
static inline uint32_t shim_channel_close_ok(void) { return AMQP_CHANNEL_CLOSE_OK_METHOD; }
static inline uint32_t shim_connection_close(void) { return AMQP_CONNECTION_CLOSE_METHOD; }
static inline uint32_t shim_connection_close_ok(void) { return AMQP_CONNECTION_CLOSE_OK_METHOD; }
static inline uint32_t shim_connection_blocked(void) { return AMQP_CONNECTION_BLOCKED_METHOD; }
static inline uint32_t shim_connection_unblocked(void) { return AMQP_CONNECTION_UNBLOCKED_METHOD; }

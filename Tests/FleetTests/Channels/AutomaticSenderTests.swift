import Fleet
import Testing

@Suite("Addresses behind which nobody reads")
struct AutomaticSenderTests {
    @Test(
        "are told by their names, however they are written",
        arguments: [
            "", "<>", "MAILER-DAEMON", "mailer-daemon@example.com", "Mailer.Daemon@example.com",
            "postmaster@example.com",
            "POSTMASTER@EXAMPLE.COM", "<postmaster@example.com>", "postmaster+x@example.com", "no-reply@example.com",
            "noreply@example.com", "No_Reply@example.com", "no.reply@example.com", "noreply+abc123@example.com",
            "billing-noreply@example.com", "no-reply-billing@example.com", "notifications.no-reply@example.com",
            "donotreply@example.com", "do-not-reply@example.com", "do_not_reply@example.com", "dont-reply@example.com",
            "auto-reply@example.com", "autoresponder@example.com", "bounce@example.com", "bounces@example.com",
            "bounce+ann=example.org@lists.example.com", "bounces-17-ann=example.org@example.com",
            "bounce_1@example.com",
            "0102018f@bounces.mail.example.com", "x@bounce.example.com", "nobody@example.com", "root@example.com",
            "keine-antwort@example.com", "ne-pas-repondre@example.com", "unattended@example.com", "+@example.com",
        ]
    )
    func automatic(address: String) { #expect(AutomaticSender.isOne(address)) }

    @Test(
        "are not those of people and of offices that are read",
        arguments: [
            "ann@example.com", "privacy@example.com", "dpo@example.com", "support@example.com", "reply@example.com",
            "norepl@example.com", "nora.reply@example.com", "bounce.smith@example.com", "bouncer@example.com",
            "trampoline-bounce@example.com", "postmaster.jones@example.com", "daemon.hunter@example.com",
            "ann+bounces@example.com", "ann+noreply@example.com", "ann@noreply-shop.example", "root.cause@example.com",
            "ann@bouncehouse.example", "nono.replyson@example.com", "autorepair@example.com", "ann@bounce",
        ]
    )
    func people(address: String) { #expect(!AutomaticSender.isOne(address)) }
}

internal import CRabbitMQ

extension AMQPError {
    /// From a status of librabbitmq other than OK.
    init(status: Int32) {
        switch status {
        case AMQP_STATUS_TIMEOUT.rawValue:
            self.init(.timeout)
        case AMQP_STATUS_SSL_ERROR.rawValue, AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED.rawValue,
            AMQP_STATUS_SSL_PEER_VERIFY_FAILED.rawValue, AMQP_STATUS_SSL_CONNECTION_FAILED.rawValue:
            self.init(.tls)
        case AMQP_STATUS_BAD_AMQP_DATA.rawValue, AMQP_STATUS_UNKNOWN_CLASS.rawValue,
            AMQP_STATUS_UNKNOWN_METHOD.rawValue, AMQP_STATUS_WRONG_METHOD.rawValue,
            AMQP_STATUS_UNEXPECTED_STATE.rawValue, AMQP_STATUS_INCOMPATIBLE_AMQP_VERSION.rawValue:
            self.init(.protocolViolation)
        case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED.rawValue:
            self.init(.unreachable)
        case AMQP_STATUS_TABLE_TOO_BIG.rawValue:
            self.init(.invalidMessage)
        default:
            self.init(.connectionLost)
        }
    }

    /// From the reply to a question; `nil` if it is a good one.
    init?(_ reply: amqp_rpc_reply_t) {
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL:
            return nil
        case AMQP_RESPONSE_LIBRARY_EXCEPTION:
            self.init(status: reply.library_error)
        case AMQP_RESPONSE_SERVER_EXCEPTION where reply.reply.id == shim_channel_close():
            let close = reply.reply.decoded.load(as: amqp_channel_close_t.self)
            self.init(.channelClosed, replyCode: Int(close.reply_code), replyText: String(close.reply_text))
        case AMQP_RESPONSE_SERVER_EXCEPTION where reply.reply.id == shim_connection_close():
            let close = reply.reply.decoded.load(as: amqp_connection_close_t.self)
            self.init(.connectionLost, replyCode: Int(close.reply_code), replyText: String(close.reply_text))
        default:
            self.init(.connectionLost)
        }
    }
}

/// What an identity is: the types of the OpenDSR protocol, and the four that help desks know people by besides.
package enum IdentityType: String, ClosedList {
    case controllerCustomerID = "controller_customer_id"
    case email
    case androidAdvertisingID = "android_advertising_id"
    case androidID = "android_id"
    case fireAdvertisingID = "fire_advertising_id"
    case iosAdvertisingID = "ios_advertising_id"
    case iosVendorID = "ios_vendor_id"
    case microsoftAdvertisingID = "microsoft_advertising_id"
    case microsoftPublisherID = "microsoft_publisher_id"
    case rokuPublisherID = "roku_publisher_id"
    case rokuAdvertisingID = "roku_advertising_id"
    case phone
    case socialHandle = "social_handle"
    case ipAddress = "ip_address"
    case name
}

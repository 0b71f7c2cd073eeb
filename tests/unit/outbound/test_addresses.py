"""Which addresses the site may connect to."""

from ipaddress import ip_address, ip_network

import pytest

from core.outbound.addresses import may_be_reached

EVERYTHING = (ip_network("0.0.0.0/0"), ip_network("::/0"))


@pytest.mark.parametrize("address", ["93.184.216.34", "1.0.0.1", "2606:2800:220:1::1", "2a00:1450::1", "2001:200::"])
def test_public_addresses_may_be_reached(address):
    assert may_be_reached(ip_address(address), opened=())


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254"),
        *("169.254.1.1", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.0.1"),
        *("198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255"),
        *("240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:0:10.0.0.1"),
        *("64:ff9b::7f00:1", "64:ff9b::5db8:d822", "64:ff9b:1::a00:1", "100::1", "2001::1", "2001:2::1", "2001:10::1"),
        *("2001:db8::1", "2002:7f00:1::", "2002:5db8:d822::1", "3fff::1", "4000::1", "5f00::1", "fc00::1", "fdff::1"),
        *("fe80::1", "fec0::1", "ff02::1", "ffff::1"),
    ],
)
def test_special_addresses_may_not_until_their_network_is_opened(address):
    special = ip_address(address)
    assert not may_be_reached(special, opened=())
    assert may_be_reached(special, opened=EVERYTHING)


@pytest.mark.parametrize(
    "address",
    [
        *("169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"),
        *("fd20:ce::254", "fe80::a9fe:a9fe", "::ffff:169.254.169.254", "::a9fe:a9fe", "64:ff9b::a9fe:a9fe"),
        *("::ffff:0:169.254.169.254", "64:ff9b:1::a83f:8110", "2002:a9fe:a9fe::1", "2001:0:a9fe:a9fe::1"),
        "2001:0:102:304:0:0:5601:5601",  # Teredo writes the client's bits inverted
    ],
)
def test_metadata_is_never_reached_in_whatever_way_it_is_written(address):
    assert not may_be_reached(ip_address(address), opened=EVERYTHING)


def test_an_opened_network_opens_no_other():
    opened = (ip_network("10.1.0.0/16"), ip_network("::1/128"))
    assert may_be_reached(ip_address("10.1.2.3"), opened=opened)
    assert may_be_reached(ip_address("::1"), opened=opened)
    assert not may_be_reached(ip_address("10.2.0.1"), opened=opened)
    assert not may_be_reached(ip_address("::ffff:10.1.2.3"), opened=opened)


def test_an_opened_gateway_leads_only_where_the_address_that_it_carries_may():
    opened = (ip_network("64:ff9b::/96"),)
    assert may_be_reached(ip_address("64:ff9b::5db8:d822"), opened=opened)
    assert not may_be_reached(ip_address("64:ff9b::a00:1"), opened=opened)

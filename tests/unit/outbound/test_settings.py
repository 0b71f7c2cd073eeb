"""The operator's two settings."""

from ipaddress import ip_network

import pytest
from django.core.exceptions import ImproperlyConfigured

from core.outbound.settings import allowed_networks, allowed_ports


def test_networks_and_single_addresses_are_read():
    read = allowed_networks(["10.1.0.0/16", " fd12::/32 ", "192.168.1.7", ""])
    assert read == tuple(map(ip_network, ("10.1.0.0/16", "fd12::/32", "192.168.1.7/32")))


@pytest.mark.parametrize("text", ["10.1.0.5/16", "lan", "10.1.0.0/33", "*"])
def test_what_is_no_network_is_refused_by_the_name_of_the_setting(text):
    with pytest.raises(ImproperlyConfigured, match="OUTBOUND_ALLOWED_NETWORKS"):
        allowed_networks([text])


def test_ports_are_read():
    assert allowed_ports(["8080", " 8443", ""]) == {8080, 8443}


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "8080-8090", "1.5"])
def test_what_is_no_port_is_refused_by_the_name_of_the_setting(text):
    with pytest.raises(ImproperlyConfigured, match="OUTBOUND_ALLOWED_PORTS"):
        allowed_ports([text])

#!/usr/bin/env python3
"""The bus policy, the doorman and the introspection XML say the same about every method."""
import pathlib
import re
import unittest
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
OURS = "org.cvmbackup1."


def methods_of_the_interface():
    tree = xml.parse(ROOT / "daemon/bus/org.cvmbackup1.xml")
    return {f"{interface.get('name').removeprefix(OURS)}.{method.get('name')}"
            for interface in tree.iter("interface") for method in interface.iter("method")}


def rules_of_the_doorman():
    text = (ROOT / "daemon/bus/doorman.cpp").read_text()
    return dict(re.findall(r'Rule\{"([\w.]+)", Access::(\w+)', text))


def policies():
    tree = xml.parse(ROOT / "systemd/org.cvmbackup1.conf")
    return tree.getroot().findall("policy")


def everybody():
    return next(policy for policy in policies() if policy.get("context") == "default")


class BusPolicy(unittest.TestCase):
    def test_the_doorman_knows_every_method(self):
        self.assertEqual(methods_of_the_interface(), set(rules_of_the_doorman()))

    def test_everybody_may_call_exactly_the_reading_methods(self):
        opened = {f"{rule.get('send_interface').removeprefix(OURS)}.{rule.get('send_member')}"
                  for rule in everybody() if rule.get("send_interface").startswith(OURS)}
        reading = {name for name, access in rules_of_the_doorman().items() if access == "read"}
        self.assertEqual(reading, opened)

    def test_nothing_is_opened_to_everybody_as_a_whole_interface_of_ours(self):
        for rule in everybody():
            self.assertEqual("allow", rule.tag)
            self.assertEqual("org.cvmbackup1", rule.get("send_destination"))
            if rule.get("send_interface").startswith(OURS):
                self.assertIsNotNone(rule.get("send_member"))

    def test_only_the_service_and_root_may_own_the_name(self):
        owners = {policy.get("user") for policy in policies()
                  if any(rule.get("own") for rule in policy)}
        self.assertEqual({"cvmbackup", "root"}, owners)


if __name__ == "__main__":
    unittest.main()

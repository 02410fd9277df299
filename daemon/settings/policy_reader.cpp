#include "settings/policy_reader.hpp"

#include "settings/names.hpp"
#include "settings/policy_parts.hpp"

namespace cvmbackup {

ReadPolicy read_policy(const Found<std::string>& name, Reader reader, Instant now) {
    ReadPolicy read;
    Policy& policy = read.policy;
    check_name(name, "policy name", reader.report());
    policy.name = PolicyName(name.value);
    policy.file = reader.report().shown();
    read.name_at = name.at;
    read.has_account = reader.has("account");
    read.account_at = reader.at("account");
    if (const auto account = reader.text("account")) {
        policy.account = AccountName(account->value);
        read.account_at = account->at;
    }
    policy.region =
        read_region(reader, "say where the instances are: region = \"ap-guangzhou\"").value;
    policy.select = read_selection(reader, policy.region);
    read_schedule(reader, policy, now);
    const auto disks =
        reader.word<Disks>("disks", {{"all", Disks::all}, {"system", Disks::system}});
    policy.disks = disks ? disks->value : Disks::all;
    const auto consistency = reader.word<Consistency>(
        "consistency", {{"running", Consistency::running}, {"power-off", Consistency::power_off}}
    );
    policy.consistency = consistency ? consistency->value : Consistency::running;
    read_targets(reader, policy);
    reader.finish();
    return read;
}

}  // namespace cvmbackup

// RunInstances (facts/tencent-cloud.md 2.12). Its ClientToken is the only idempotency token among
// our writes: asked again it tells the same instances.
#include "instance_json.hpp"
#include "instance_names.hpp"
#include "instance_rules.hpp"
#include "launch_disks.hpp"
#include "launch_place.hpp"
#include "login_rules.hpp"
#include "text.hpp"

#include <algorithm>
#include <cctype>

namespace cloudsim {
namespace {

namespace json = boost::json;

constexpr std::int64_t count_max = 500;  // RunInstances, InstanceCount
constexpr std::size_t token_max = 64;
constexpr std::size_t name_max = 128;

struct Wish {
    LaunchPlace place;
    Contract contract;
    std::string image_id;
    std::string instance_type = "S5.MEDIUM2";
    std::optional<DiskWish> system_disk;
    std::vector<DiskWish> data_disks;
    InsideWish inside;
    std::int64_t count = 1;
    std::optional<std::int64_t> least;
    std::string name;
    std::string client_token;
    Tags tags;
    std::string cam_role;
    bool is_protected = false;
    bool dry_run = false;
};

void refuse_unsimulated(Params& params) {
    for (const char* name :
         {"LaunchTemplate",
          "InstanceMarketOptions",
          "ActionTimer",
          "DisasterRecoverGroupIds",
          "Metadata",
          "CpuTopology",
          "HpcClusterId",
          "DedicatedClusterId",
          "ChcIds",
          "PartitionNumber",
          "EnableJumboFrame",
          "NetworkInterfaces"}) {
        if (params.has(name)) {
            throw Refusal{
                "UnsupportedOperation",
                "cvmcloudsim does not simulate `" + std::string{name} + "`."};
        }
    }
}

void take_names(Params& params, Wish& wish) {
    wish.name = params.optional_text("InstanceName").value_or("");
    wish.client_token = params.optional_text("ClientToken").value_or("");
    wish.cam_role = params.optional_text("CamRoleName").value_or("");
    if (count_characters(wish.name) > name_max) {
        throw Refusal{"InvalidInstanceName.TooLong", "`InstanceName` is too long."};
    }
    if (wish.client_token.size() > token_max) {
        throw Refusal{"InvalidClientToken.TooLong", "`ClientToken` is longer than 64."};
    }
    const auto is_ascii = [](char c) { return c > ' ' && c <= '~'; };
    if (!std::ranges::all_of(wish.client_token, is_ascii)) {
        throw Refusal{"InvalidParameterValue", "`ClientToken` must be printable ASCII."};
    }
    const auto is_role_character = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view{"+=,.@_-"}.find(c) != std::string_view::npos;
    };
    if (!std::ranges::all_of(wish.cam_role, is_role_character)) {
        throw Refusal{"InvalidParameterValue.CamRoleNameMalformed", "No role is named like this."};
    }
    for (auto& [key, value] : take_tags(params, "instance")) {
        if (!wish.tags.emplace(key, value).second) {
            throw Refusal{
                "InvalidParameterValue.DuplicateTags", "The tag `" + key + "` is given twice."};
        }
    }
}

void take_count(Params& params, Wish& wish) {
    wish.count = params.integer("InstanceCount").value_or(1);
    wish.least = params.integer("MinCount");
    if (wish.count < 1 || wish.count > count_max) {
        throw Refusal{"InvalidParameterValue.Range", "`InstanceCount` must be from 1 to 500."};
    }
    if (wish.least && (*wish.least < 1 || *wish.least > wish.count)) {
        throw Refusal{
            "InvalidParameterValue.Range", "`MinCount` must be from 1 to `InstanceCount`."};
    }
}

Wish take_wish(const Call& call, Params& params) {
    refuse_unsimulated(params);
    Wish wish;
    wish.image_id = params.text("ImageId");
    wish.place = take_place(call, params);
    wish.contract = take_contract(params);
    wish.instance_type = params.optional_text("InstanceType").value_or(wish.instance_type);
    wish.system_disk = take_system_disk(params);
    wish.data_disks = take_data_disks(params);
    wish.inside = take_inside(params);
    take_count(params, wish);
    take_names(params, wish);
    wish.is_protected = params.flag("DisableApiTermination");
    wish.dry_run = params.flag("DryRun");
    params.finish();
    check_image_id(wish.image_id);
    check_instance_type(wish.instance_type);
    return wish;
}

void check_image(const Wish& wish, const Image& image) {
    if (image.state != "NORMAL") {
        throw Refusal{
            "InvalidParameterValue.InvalidImageState",
            "The image `" + image.id + "` is " + image.state + "."};
    }
    if ((image.architecture == "arm") != (architecture_of(wish.instance_type) == "arm")) {
        throw Refusal{
            "InvalidParameterValue.InvalidImageForGivenInstanceType",
            "The image `" + image.id + "` does not run on " + wish.instance_type + "."};
    }
}

void check_account(const Call& call, const Wish& wish) {
    check_balance(call);
    const auto& roles = call.account.roles;
    if (!wish.cam_role.empty() &&
        std::ranges::find(roles, wish.cam_role, &Role::name) == roles.end()) {
        throw Refusal{
            "AuthFailure.CamRoleNameAuthenticateFailed",
            "There is no role `" + wish.cam_role + "`."};
    }
    const auto present = call.state.instances_at.find(call.place());
    const auto used = present == call.state.instances_at.end()
                          ? 0
                          : static_cast<std::int64_t>(present->second.size());
    const std::int64_t quota = call.state.limits.instances_per_region;
    if (quota > 0 && used + wish.count > quota) {
        throw Refusal{
            "LimitExceeded.InstanceQuota", "The instance quota of " + call.region + " is used up."};
    }
}

void check_disks(const Call& call, const Wish& wish) {
    check_available(call, wish.system_disk.value_or(DiskWish{}));
    for (const DiskWish& disk : wish.data_disks) {
        check_available(call, disk);
    }
}

// How many of them there are.
std::int64_t available(const Call& call, const Wish& wish) {
    const Limits& limits = call.state.limits;
    const auto is_in = [](const std::vector<std::string>& list, const std::string& name) {
        return std::ranges::find(list, name) != list.end();
    };
    if (is_in(limits.sold_out_zones, wish.place.zone)) {
        throw Refusal{
            "ResourceInsufficient.AvailabilityZoneSoldOut", wish.place.zone + " is sold out."};
    }
    if (is_in(limits.sold_out_types, wish.instance_type)) {
        throw Refusal{
            "ResourcesSoldOut.SpecifiedInstanceType", wish.instance_type + " is sold out."};
    }
    if (!limits.stock) {
        return wish.count;
    }
    const auto found = call.state.launched_in.find(wish.place.zone + " " + wish.instance_type);
    const std::int64_t gone = found == call.state.launched_in.end() ? 0 : found->second;
    const std::int64_t left = std::max<std::int64_t>(0, *limits.stock - gone);
    if (left >= wish.count) {
        return wish.count;
    }
    if (!wish.least) {
        throw Refusal{
            "ResourceInsufficient.SpecifiedInstanceType",
            "There are not enough of " + wish.instance_type + "."};
    }
    if (left < *wish.least) {
        throw Refusal{
            "ResourceInsufficient.InsufficientOfferingMinimum",
            "There are fewer than `MinCount` of " + wish.instance_type + "."};
    }
    return left;
}

Instance machine_for(Call& call, const Wish& wish, const Image& image) {
    Instance instance;
    instance.uin = call.account.uin;
    instance.region = call.region;
    instance.state = "PENDING";
    instance.states.push_back({"", call.state.now});
    instance.os = image.os;
    instance.platform = image.platform;
    instance.license = image.license;
    instance.flaw = image.flaw;
    instance.marketplace = image.marketplace;
    instance.image_id = image.id;
    instance.instance_type = wish.instance_type;
    instance.tags = wish.tags;
    instance.created = call.state.now;
    instance.system_disk = system_disk_for(wish.system_disk, image);
    instance.data_disks = data_disks_for(call, wish.data_disks, image);
    instance.disable_api_termination = wish.is_protected;
    instance.cam_role = wish.cam_role;
    instance.key_ids = wish.inside.key_ids;
    instance.user_data = wish.inside.user_data;
    instance.agent = has_tat_agent(wish.inside, image) ? Agent::online : Agent::none;
    put_in_place(instance, wish.place);
    sign_contract(instance, wish.contract, call.state.now);
    return instance;
}

std::string host_name_of(
    const Wish& wish, const Instance& instance, std::int64_t number, std::int64_t count
) {
    std::string name = wish.inside.host_name;
    constexpr std::string_view address = "{IP}";
    const auto at = name.find(address);
    if (at != std::string::npos) {
        name.replace(at, address.size(), private_ip_of(instance));
    }
    return name.empty() ? "" : numbered_name(name, number, count);
}

std::string launch_one(
    Call& call, const Wish& wish, Instance instance, std::int64_t number, std::int64_t count
) {
    instance.id = call.state.new_id("ins-");
    instance.name = wish.name.empty() ? "未命名" : numbered_name(wish.name, number, count);
    give_address(instance, wish.place, static_cast<std::size_t>(number));
    instance.host_name = host_name_of(wish, instance, number, count);
    Instance& added = call.state.add_instance(std::move(instance));
    Task task;
    task.kind = TaskKind::instance_launch;
    const Duration length = call.state.durations.within(call.state.timing.launch);
    begin_operation(call, added, "RunInstances", std::move(task), length);
    return added.id;
}

json::object answer(const std::vector<std::string>& ids) {
    json::array set;
    for (const std::string& id : ids) {
        set.push_back(json_text(id));
    }
    json::object result;
    result["InstanceIdSet"] = std::move(set);
    return result;
}

}  // namespace

json::object run_instances(Call& call, Params& params) {
    Wish wish = take_wish(call, params);
    const std::pair<Place, std::string> token{call.place(), wish.client_token};
    const auto before = call.state.launches.find(token);
    if (!wish.client_token.empty() && before != call.state.launches.end()) {
        if (before->second.request != params.raw()) {
            throw Refusal{
                "InvalidParameterCombination", "The `ClientToken` belongs to another request."};
        }
        return answer(before->second.instance_ids);
    }
    const Image& image = visible_image(call, wish.image_id);
    check_image(wish, image);
    check_inside(call, wish.inside, image);
    check_account(call, wish);
    check_disks(call, wish);
    const Instance machine = machine_for(call, wish, image);
    if (!wish.inside.host_name.empty()) {
        check_host_name(host_name_of(wish, machine, 0, 1), image.platform == "Windows");
    }
    const std::int64_t count = available(call, wish);
    wish.place.addresses = take_addresses(call, wish.place, count);
    if (wish.dry_run) {
        return answer_dry_run(call);
    }
    std::vector<std::string> ids;
    for (std::int64_t number = 0; number < count; ++number) {
        ids.push_back(launch_one(call, wish, machine, number, count));
    }
    call.state.launched_in[wish.place.zone + " " + wish.instance_type] += count;
    if (!wish.client_token.empty()) {
        call.state.launches[token] = Launch{params.raw(), ids};
    }
    return answer(ids);
}

}  // namespace cloudsim

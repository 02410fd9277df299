#include "action_rules.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace cloudsim {
namespace {

namespace json = boost::json;

constexpr std::size_t ids_max = 100;  // DescribeInstances, InstanceIds

struct Selection {
    std::vector<std::string> ids;
    std::vector<Filter> filters;
    Page page;
};

bool is_instance_filter(std::string_view name) {
    static constexpr std::array names{
        std::string_view{"zone"},
        std::string_view{"project-id"},
        std::string_view{"host-id"},
        std::string_view{"vpc-id"},
        std::string_view{"subnet-id"},
        std::string_view{"instance-id"},
        std::string_view{"uuid"},
        std::string_view{"security-group-id"},
        std::string_view{"instance-name"},
        std::string_view{"instance-charge-type"},
        std::string_view{"instance-state"},
        std::string_view{"private-ip-address"},
        std::string_view{"public-ip-address"},
        std::string_view{"ipv6-address"},
        std::string_view{"creation-start-time"},
        std::string_view{"creation-end-time"}};
    return is_tag_filter(name) || std::ranges::find(names, name) != names.end();
}

void check_filters(const std::vector<Filter>& filters) {
    for (const Filter& filter : filters) {
        if (!is_instance_filter(filter.name)) {
            throw Refusal{"InvalidFilter", "There is no filter `" + filter.name + "`."};
        }
        for (const std::string& value : filter.values) {
            if (filter.name == "instance-id" && !is_well_formed_id(value, "ins-")) {
                throw Refusal{
                    "InvalidParameterValue.InstanceIdMalformed",
                    "The instance id `" + value + "` is malformed."};
            }
            if (filter.name.starts_with("creation-") && !parse_rfc3339(value)) {
                throw Refusal{"InvalidFilter", "`" + value + "` is not a time."};
            }
        }
    }
}

Selection take_selection(Params& params) {
    Selection selection;
    selection.ids = params.texts("InstanceIds");
    selection.filters = take_filters(params);
    selection.page = take_page(params);
    params.finish();
    if (!selection.ids.empty() && !selection.filters.empty()) {
        throw Refusal{"InvalidParameter", "`InstanceIds` and `Filters` exclude each other."};
    }
    if (selection.ids.size() > ids_max) {
        throw Refusal{"InvalidParameterValue.LimitExceeded", "More than 100 instance ids."};
    }
    for (const std::string& id : selection.ids) {
        if (!is_well_formed_id(id, "ins-")) {
            throw Refusal{
                "InvalidInstanceId.Malformed", "The instance id `" + id + "` is malformed."};
        }
    }
    check_filters(selection.filters);
    return selection;
}

bool matches(const Instance& instance, const Filter& filter) {
    if (is_tag_filter(filter.name)) {
        return tags_match(instance.tags, filter);
    }
    if (filter.name == "creation-start-time") {
        return instance.created >= *parse_rfc3339(filter.values.front());
    }
    if (filter.name == "creation-end-time") {
        return instance.created <= *parse_rfc3339(filter.values.front());
    }
    if (filter.name == "zone") {
        return any_equal(filter, instance.zone);
    }
    if (filter.name == "instance-id") {
        return any_equal(filter, instance.id);
    }
    if (filter.name == "instance-name") {
        return any_equal(filter, instance.name);
    }
    if (filter.name == "instance-state") {
        return any_equal(filter, instance.state);
    }
    if (filter.name == "instance-charge-type") {
        return any_equal(filter, "POSTPAID_BY_HOUR");
    }
    if (filter.name == "project-id") {
        return any_equal(filter, "0");
    }
    // The simulated instances have no network, host or UUID that a filter could name.
    return false;
}

std::vector<const Instance*> select(const Call& call, const Selection& selection) {
    std::vector<const Instance*> chosen;
    if (!selection.ids.empty()) {
        for (const std::string& id : selection.ids) {
            const Instance* instance = call.state.find_instance(id);
            const bool is_here = instance != nullptr && instance->uin == call.account.uin &&
                                 instance->region == call.region;
            if (is_here && std::ranges::find(chosen, instance) == chosen.end()) {
                chosen.push_back(instance);
            }
        }
        return chosen;
    }
    const auto found = call.state.instances_at.find(call.place());
    if (found == call.state.instances_at.end()) {
        return chosen;
    }
    for (const Instance* instance : found->second) {
        const auto is_match = [instance](const Filter& filter) {
            return matches(*instance, filter);
        };
        if (std::ranges::all_of(selection.filters, is_match)) {
            chosen.push_back(instance);
        }
    }
    return chosen;
}

std::string_view stop_charging_mode(const Instance& instance) {
    if (instance.state != "STOPPED") {
        return "NOT_APPLICABLE";
    }
    return instance.stop_charging ? "STOP_CHARGING" : "KEEP_CHARGING";
}

json::object disk_to_json(const Disk& disk) {
    json::object result;
    result["DiskId"] = json_text(disk.id);
    result["DiskType"] = json_text(disk.type);
    result["DiskSize"] = disk.size;
    return result;
}

json::object instance_to_json(const Instance& instance) {
    json::object result;
    json::object placement;
    placement["Zone"] = json_text(instance.zone);
    placement["ProjectId"] = 0;
    result["Placement"] = std::move(placement);
    result["InstanceId"] = json_text(instance.id);
    result["InstanceType"] = json_text(instance.instance_type);
    result["RestrictState"] = "NORMAL";
    result["InstanceName"] = json_text(instance.name);
    result["InstanceChargeType"] = "POSTPAID_BY_HOUR";
    result["SystemDisk"] = disk_to_json(instance.system_disk);
    json::array data_disks;
    for (const Disk& disk : instance.data_disks) {
        json::object entry = disk_to_json(disk);
        entry["DeleteWithInstance"] = false;
        entry["Encrypt"] = disk.encrypted;
        data_disks.push_back(std::move(entry));
    }
    result["DataDisks"] = std::move(data_disks);
    result["ImageId"] = json_text(instance.image_id);
    result["CreatedTime"] = json_text(to_rfc3339(instance.created));
    result["OsName"] = json_text(instance.os);
    result["InstanceState"] = json_text(instance.state);
    result["Tags"] = tags_to_json(instance.tags);
    result["StopChargingMode"] = json_text(stop_charging_mode(instance));
    result["LatestOperation"] = json_text(instance.latest_operation);
    result["LatestOperationState"] = json_text(instance.latest_operation_state);
    result["LatestOperationRequestId"] = json_text(instance.latest_request_id);
    result["LicenseType"] = "TencentCloud";
    result["DisableApiTermination"] = false;
    return result;
}

json::object status_to_json(const Instance& instance) {
    json::object result;
    result["InstanceId"] = json_text(instance.id);
    result["InstanceState"] = json_text(instance.state);
    return result;
}

json::object answer(
    Call& call,
    Params& params,
    const char* set_name,
    const std::function<json::object(const Instance&)>& to_json
) {
    const Selection selection = take_selection(params);
    const std::vector<const Instance*> chosen = select(call, selection);
    json::array page;
    const std::size_t end = std::min(chosen.size(), selection.page.offset + selection.page.limit);
    for (std::size_t i = selection.page.offset; i < end; ++i) {
        page.push_back(to_json(*chosen[i]));
    }
    json::object result;
    result["TotalCount"] = chosen.size();
    result[set_name] = std::move(page);
    return result;
}

}  // namespace

json::object describe_instances(Call& call, Params& params) {
    return answer(call, params, "InstanceSet", instance_to_json);
}

json::object describe_instances_status(Call& call, Params& params) {
    return answer(call, params, "InstanceStatusSet", status_to_json);
}

}  // namespace cloudsim

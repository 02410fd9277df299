#include "instance_json.hpp"

#include "action_rules.hpp"
#include "digests.hpp"

#include <charconv>

namespace cloudsim {
namespace {

namespace json = boost::json;

// Hexadecimal digits are a part of what identifiers are made of.
std::string drawn(const std::string& print, std::size_t length = 8) {
    return md5_hex(print).substr(0, length);
}

std::string_view stop_charging_mode(const Instance& instance, const std::string& state) {
    if (state != "STOPPED") {
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

json::array data_disks_to_json(const Instance& instance) {
    json::array result;
    for (const Disk& disk : instance.data_disks) {
        json::object entry = disk_to_json(disk);
        entry["DeleteWithInstance"] = disk.delete_with_instance;
        entry["Encrypt"] = disk.encrypted;
        result.push_back(std::move(entry));
    }
    return result;
}

json::array texts_to_json(const std::vector<std::string>& texts) {
    json::array result;
    for (const std::string& text : texts) {
        result.push_back(json_text(text));
    }
    return result;
}

// Braces would make an array of it.
json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(json_text(text));
}

void add_network(json::object& result, const Instance& instance) {
    json::object network;
    network["VpcId"] = json_text(vpc_of(instance));
    network["SubnetId"] = json_text(subnet_of(instance));
    network["AsVpcGateway"] = false;
    result["PrivateIpAddresses"] = texts_to_json({private_ip_of(instance)});
    result["PublicIpAddresses"] = nullptr;
    if (!instance.public_ip.empty()) {
        result["PublicIpAddresses"] = texts_to_json({instance.public_ip});
    }
    result["VirtualPrivateCloud"] = std::move(network);
    result["SecurityGroupIds"] = texts_to_json(instance.security_groups);
}

void add_latest_operation(json::object& result, const Instance& instance) {
    result["LatestOperation"] = text_or_null(instance.latest_operation);
    result["LatestOperationState"] = text_or_null(instance.latest_operation_state);
    result["LatestOperationRequestId"] = text_or_null(instance.latest_request_id);
    result["LatestOperationErrorMsg"] = text_or_null(instance.latest_error);
}

}  // namespace

std::string uuid_of(const Instance& instance) {
    const std::string hex = md5_hex("uuid of " + instance.id);
    return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
           hex.substr(16, 4) + "-" + hex.substr(20);
}

std::string default_vpc(const std::string& uin, const std::string& region) {
    return "vpc-" + drawn("vpc of " + uin + " " + region);
}

std::string default_subnet(const std::string& uin, const std::string& zone) {
    return "subnet-" + drawn("subnet of " + uin + " " + zone);
}

std::string vpc_of(const Instance& instance) {
    return instance.vpc_id.empty() ? default_vpc(instance.uin, instance.region) : instance.vpc_id;
}

std::string subnet_of(const Instance& instance) {
    return instance.subnet_id.empty() ? default_subnet(instance.uin, instance.zone)
                                      : instance.subnet_id;
}

std::string private_ip_of(const Instance& instance) {
    if (!instance.private_ip.empty()) {
        return instance.private_ip;
    }
    const std::uint64_t print = crc64_ecma("address of " + instance.id);
    return "10." + std::to_string(print % 256) + "." + std::to_string((print >> 8U) % 256) + "." +
           std::to_string(1 + (print >> 16U) % 254);
}

MachineSize size_of_type(const std::string& instance_type) {
    const std::string name = instance_type.substr(instance_type.find('.') + 1);
    const auto memory_at = name.find_last_not_of("0123456789") + 1;
    const auto word_at = name.find_first_not_of("0123456789");
    if (word_at == std::string::npos || memory_at >= name.size()) {
        return {};
    }
    MachineSize size;
    std::int64_t factor = 1;
    std::from_chars(name.data(), name.data() + word_at, factor);
    std::from_chars(name.data() + memory_at, name.data() + name.size(), size.memory);
    const std::string word = name.substr(word_at, memory_at - word_at);
    if (word == "SMALL") {
        size.processors = 1;
    } else if (word == "MEDIUM") {
        size.processors = 2;
    } else if (word == "LARGE") {
        size.processors = 4;
    } else if (word == "XLARGE") {
        size.processors = 4 * factor;
    } else {
        return {};
    }
    return size;
}

json::object instance_to_json(const Instance& instance, const std::string& state) {
    constexpr std::size_t fields = 40;
    json::object result;
    result.reserve(fields);
    json::object placement;
    placement["Zone"] = json_text(instance.zone);
    placement["ProjectId"] = instance.project_id;
    result["Placement"] = std::move(placement);
    result["InstanceId"] = json_text(instance.id);
    result["InstanceType"] = json_text(instance.instance_type);
    const MachineSize size = size_of_type(instance.instance_type);
    result["CPU"] = size.processors;
    result["Memory"] = size.memory;
    result["RestrictState"] = json_text(instance.restrict_state);
    result["InstanceName"] = json_text(instance.name);
    result["InstanceChargeType"] = json_text(instance.charge_type);
    result["SystemDisk"] = disk_to_json(instance.system_disk);
    result["DataDisks"] = data_disks_to_json(instance);
    add_network(result, instance);
    result["ImageId"] = json_text(instance.image_id);
    result["CreatedTime"] = json_text(to_rfc3339(instance.created));
    if (instance.expires) {
        result["ExpiredTime"] = json_text(to_rfc3339(*instance.expires));
    }
    result["OsName"] = json_text(instance.os);
    json::object login;
    login["KeyIds"] = texts_to_json(instance.key_ids);
    result["LoginSettings"] = std::move(login);
    result["InstanceState"] = json_text(state);
    result["Tags"] = tags_to_json(instance.tags);
    result["StopChargingMode"] = json_text(stop_charging_mode(instance, state));
    result["Uuid"] = json_text(uuid_of(instance));
    add_latest_operation(result, instance);
    result["CamRoleName"] = text_or_null(instance.cam_role);
    const bool is_isolated = state == "SHUTDOWN" && instance.is_prepaid();
    result["IsolatedSource"] = is_isolated ? "MANMADE" : "NOTISOLATED";
    result["LicenseType"] = json_text(instance.license);
    result["DisableApiTermination"] = instance.disable_api_termination;
    result["HostName"] = json_text(instance.host_name);
    result["DefaultLoginUser"] = instance.platform == "Windows" ? "Administrator" : "root";
    result["DefaultLoginPort"] = instance.platform == "Windows" ? 3389 : 22;
    return result;
}

}  // namespace cloudsim

#include "launch_place.hpp"

#include "digests.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>

namespace cloudsim {
namespace {

constexpr std::int64_t bandwidth_max = 2000;  // Mbit/s
constexpr std::size_t groups_max = 5;         // "an instance cannot have more than 5"

void take_placement(const Call& call, Params& params, LaunchPlace& place) {
    auto placement = params.object("Placement");
    if (!placement) {
        throw Refusal{"MissingParameter", "The request is missing the parameter `Placement`."};
    }
    place.zone = placement->text("Zone");
    place.project_id = placement->integer("ProjectId").value_or(0);
    for (const char* name :
         {"HostIds",
          "HostId",
          "DedicatedResourcePackTenancy",
          "DedicatedResourcePackIds",
          "RackId"}) {
        if (placement->has(name)) {
            throw Refusal{"UnsupportedOperation", "Dedicated hosts are not simulated."};
        }
    }
    placement->finish();
    check_zone(call, place.zone);
}

void take_network(Params& params, LaunchPlace& place) {
    auto network = params.object("VirtualPrivateCloud");
    if (!network) {
        return;
    }
    place.vpc_id = network->text("VpcId");
    place.subnet_id = network->text("SubnetId");
    place.addresses = network->texts("PrivateIpAddresses");
    network->flag("AsVpcGateway");
    network->integer("Ipv6AddressCount");
    network->finish();
    if (place.vpc_id == "DEFAULT" && place.subnet_id == "DEFAULT") {
        place.vpc_id.clear();
        place.subnet_id.clear();
        return;
    }
    if (!is_well_formed_id(place.vpc_id, "vpc-")) {
        throw Refusal{
            "InvalidParameterValue.VpcIdMalformed", "`" + place.vpc_id + "` is malformed."};
    }
    if (!is_well_formed_id(place.subnet_id, "subnet-")) {
        throw Refusal{
            "InvalidParameterValue.SubnetIdMalformed", "`" + place.subnet_id + "` is malformed."};
    }
}

void check_written(const LaunchPlace& place) {
    for (const std::string& address : place.addresses) {
        if (!parse_address(address)) {
            throw Refusal{
                "InvalidParameterValue.IPAddressMalformed", "`" + address + "` is no address."};
        }
    }
    for (const std::string& id : place.security_groups) {
        if (!is_well_formed_id(id, "sg-")) {
            throw Refusal{"InvalidSgId.Malformed", "`" + id + "` is malformed."};
        }
    }
}

void take_internet(Params& params, LaunchPlace& place) {
    auto internet = params.object("InternetAccessible");
    if (!internet) {
        return;
    }
    for (const char* name :
         {"InternetChargeType",
          "BandwidthPackageId",
          "InternetServiceProvider",
          "IPv4AddressType",
          "IPv6AddressType",
          "AntiDDoSPackageId"}) {
        internet->optional_text(name);
    }
    const std::int64_t bandwidth = internet->integer("InternetMaxBandwidthOut").value_or(0);
    const auto wants_address = internet->optional_flag("PublicIpAssigned");
    internet->finish();
    if (bandwidth < 0 || bandwidth > bandwidth_max) {
        throw Refusal{"InvalidParameterValue.Range", "There is no such bandwidth."};
    }
    if (bandwidth == 0 && wants_address.value_or(false)) {
        throw Refusal{
            "InvalidParameterCombination", "`PublicIpAssigned` needs a bandwidth above 0."};
    }
    place.has_public_address = bandwidth > 0 && wants_address.value_or(true);
}

}  // namespace

LaunchPlace take_place(const Call& call, Params& params) {
    LaunchPlace place;
    take_placement(call, params, place);
    take_network(params, place);
    take_internet(params, place);
    place.security_groups = params.texts("SecurityGroupIds");
    check_written(place);
    if (place.security_groups.size() > groups_max) {
        throw Refusal{"LimitExceeded.AssociateUSGLimitExceeded", "More than 5 security groups."};
    }
    const std::int64_t count = params.integer("InstanceCount").value_or(1);
    if (!place.addresses.empty() && static_cast<std::int64_t>(place.addresses.size()) != count) {
        throw Refusal{
            "InvalidParameterValue.AmountNotEqual",
            "`PrivateIpAddresses` must be as many as the instances."};
    }
    return place;
}

Contract take_contract(Params& params) {
    static constexpr std::array<std::int64_t, 16> periods{
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 24, 36, 48, 60};
    Contract contract;
    contract.charge_type = params.optional_text("InstanceChargeType").value_or("POSTPAID_BY_HOUR");
    if (auto prepaid = params.object("InstanceChargePrepaid")) {
        contract.months = prepaid->integer("Period").value_or(0);
        prepaid->optional_text("RenewFlag");
        prepaid->finish();
        if (std::ranges::find(periods, contract.months) == periods.end()) {
            throw Refusal{"InvalidPeriod", "There is no such period."};
        }
    }
    if (contract.charge_type == "CDHPAID" || contract.charge_type == "CDCPAID") {
        throw Refusal{"UnsupportedOperation", "Dedicated hosts are not simulated."};
    }
    if (contract.charge_type != "POSTPAID_BY_HOUR" && contract.charge_type != "PREPAID" &&
        contract.charge_type != "SPOTPAID") {
        throw Refusal{"InvalidParameterValue", "`" + contract.charge_type + "` is no charge type."};
    }
    if (contract.charge_type == "PREPAID" && contract.months == 0) {
        throw Refusal{
            "MissingParameter", "The request is missing the parameter `InstanceChargePrepaid`."};
    }
    return contract;
}

void put_in_place(Instance& instance, const LaunchPlace& place) {
    instance.zone = place.zone;
    instance.project_id = place.project_id;
    instance.vpc_id = place.vpc_id;
    instance.subnet_id = place.subnet_id;
    instance.security_groups = place.security_groups;
}

void give_address(Instance& instance, const LaunchPlace& place, std::size_t number) {
    if (!place.addresses.empty()) {
        instance.private_ip = place.addresses[number % place.addresses.size()];
    }
    if (place.has_public_address) {
        // 198.18.0.0/15 is set aside for tests.
        const std::uint64_t print = crc64_ecma("public address of " + instance.id);
        instance.public_ip = "198." + std::to_string(18 + print % 2) + "." +
                             std::to_string((print >> 8U) % 256) + "." +
                             std::to_string(1 + (print >> 16U) % 254);
    }
}

void sign_contract(Instance& instance, const Contract& contract, Instant now) {
    instance.charge_type = contract.charge_type;
    if (contract.charge_type == "PREPAID") {
        const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
        std::chrono::year_month_day last = today + std::chrono::months{contract.months};
        if (!last.ok()) {
            last = last.year() / last.month() / std::chrono::last;
        }
        const Duration time_of_day = now - std::chrono::floor<std::chrono::days>(now);
        instance.expires = std::chrono::sys_days{last} + time_of_day;
    }
}

}  // namespace cloudsim

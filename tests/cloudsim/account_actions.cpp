#include "action_rules.hpp"
#include "real_actions.hpp"
#include "regions.hpp"

#include <algorithm>

namespace cloudsim {

namespace json = boost::json;

json::object describe_image_quota(Call& call, Params& params) {
    params.finish();
    json::object result;
    result["ImageNumQuota"] = call.state.limits.images_per_region;
    return result;
}

json::object describe_regions(Call& call, Params& params) {
    const std::string product = params.text("Product");
    params.integer("Scene");
    params.finish();
    if (product != "cvm") {
        throw Refusal{
            is_real_product(product) ? "UnsupportedOperation" : "InvalidParameterValue",
            "cvmcloudsim knows the regions of `cvm`, not those of `" + product + "`."};
    }
    json::array set;
    for (const Region& region : all_regions()) {
        if (!call.state.is_open(region)) {
            continue;
        }
        json::object entry;
        entry["Region"] = json_text(region.name);
        entry["RegionName"] = json_text(region.title);
        entry["RegionState"] = "AVAILABLE";
        // What the console alone gets to see.
        for (const char* name : {"RegionTypeMC", "LocationMC", "RegionNameMC", "RegionIdMC"}) {
            entry[name] = nullptr;
        }
        set.push_back(std::move(entry));
    }
    json::object result;
    result["TotalCount"] = set.size();
    result["RegionSet"] = std::move(set);
    return result;
}

json::object get_caller_identity(Call& call, Params& params) {
    params.finish();
    const std::string& uin = call.account.uin;
    const Credential& credential = call.credential;
    json::object result;
    result["AccountId"] = json_text(uin);
    if (credential.role.empty()) {
        result["Arn"] = json_text("qcs::cam::uin/" + uin + ":root");
        result["UserId"] = json_text(uin);
        result["PrincipalId"] = json_text(uin);
        result["Type"] = "CAMUser";
        return result;
    }
    const auto role = std::ranges::find(call.account.roles, credential.role, &Role::name);
    const std::string id = role == call.account.roles.end() ? credential.role : role->id;
    const std::string session = credential.session.empty() ? "CVM" : credential.session;
    result["Arn"] = json_text("qcs::sts:" + uin + ":assumed-role/" + id);
    result["UserId"] = json_text(id + ":" + session);
    result["PrincipalId"] = json_text(credential.requester.empty() ? uin : credential.requester);
    result["Type"] = "CAMRole";
    return result;
}

}  // namespace cloudsim

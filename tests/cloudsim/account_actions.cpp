#include "action_rules.hpp"
#include "regions.hpp"

namespace cloudsim {

namespace json = boost::json;

json::object describe_image_quota(Call& call, Params& params) {
    params.finish();
    json::object result;
    result["ImageNumQuota"] = call.state.limits.images_per_region;
    return result;
}

json::object describe_regions(Call&, Params& params) {
    const std::string product = params.text("Product");
    params.integer("Scene");
    params.finish();
    if (product != "cvm") {
        throw Refusal{"InvalidParameterValue", "Only the regions of `cvm` are simulated."};
    }
    json::array set;
    for (const Region& region : all_regions()) {
        json::object entry;
        entry["Region"] = json_text(region.name);
        entry["RegionName"] = json_text(region.title);
        entry["RegionState"] = "AVAILABLE";
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
    const bool has_role = !call.credential.role.empty();
    const std::string arn = has_role ? "qcs::sts:" + uin + ":assumed-role/" + call.credential.role
                                     : "qcs::cam::uin/" + uin + ":root";
    json::object result;
    result["Arn"] = json_text(arn);
    result["AccountId"] = json_text(uin);
    result["UserId"] = json_text(has_role ? call.credential.role : uin);
    result["PrincipalId"] = json_text(has_role ? call.credential.role : uin);
    result["Type"] = has_role ? "CAMRole" : "CAMUser";
    return result;
}

}  // namespace cloudsim

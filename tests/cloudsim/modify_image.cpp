#include "action_rules.hpp"

#include <algorithm>

namespace cloudsim {
namespace {

namespace json = boost::json;

struct Attributes {
    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<std::string> family;
    std::optional<bool> deprecated;
};

Attributes take_attributes(Params& params) {
    Attributes wish;
    wish.name = params.optional_text("ImageName");
    wish.description = params.optional_text("ImageDescription");
    wish.family = params.optional_text("ImageFamily");
    wish.deprecated = params.optional_flag("ImageDeprecated");
    params.finish();
    if (wish.name) {
        check_image_name(*wish.name);
    }
    if (wish.description) {
        check_image_description(*wish.description);
    }
    check_image_family(wish.family.value_or(""));
    return wish;
}

bool is_account_id(const std::string& text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Image& shareable_image(Call& call, const std::string& id) {
    check_image_id(id);
    Image& image = visible_image(call, id);
    if (!is_owned(call, image)) {
        throw Refusal{
            "UnauthorizedOperation.ImageNotBelongToAccount",
            "The image `" + id + "` belongs to another account."};
    }
    if (image.is_whole_machine()) {
        throw Refusal{
            "InvalidParameter.InstanceImageNotSupport", "Whole-machine images cannot be shared."};
    }
    if (image.encrypted) {
        throw Refusal{
            "UnsupportedOperation.EncryptedImagesNotSupported",
            "Encrypted images cannot be shared."};
    }
    if (image.state != "NORMAL") {
        throw Refusal{
            "InvalidParameterValue.InvalidImageState",
            "The image `" + id + "` is " + image.state + "."};
    }
    return image;
}

void check_receiver(const Call& call, const Image& image, const std::string& uin, bool shares) {
    for (const auto& [main_uin, account] : call.state.accounts) {
        const auto& subs = account.sub_accounts;
        if (std::ranges::find(subs, uin) != subs.end()) {
            throw Refusal{
                "FailedOperation.NotMasterAccount", "`" + uin + "` is not a main account."};
        }
    }
    if (!is_account_id(uin) || call.state.find_account(uin) == nullptr) {
        throw Refusal{"InvalidAccountId.NotFound", "There is no account `" + uin + "`."};
    }
    if (uin == call.account.uin) {
        throw Refusal{"FailedOperation.AccountIsYourSelf", "`" + uin + "` is yourself."};
    }
    if (shares && image.shared_with.contains(uin)) {
        throw Refusal{
            "FailedOperation.AccountAlreadyExists", "The image is shared with `" + uin + "`."};
    }
    if (!shares && !image.shared_with.contains(uin)) {
        throw Refusal{"InvalidAccountId.NotFound", "The image is not shared with `" + uin + "`."};
    }
}

}  // namespace

json::object modify_image_attribute(Call& call, Params& params) {
    const std::string id = params.text("ImageId");
    const Attributes wish = take_attributes(params);
    check_image_id(id);
    Image& image = visible_image(call, id);
    if (!is_owned(call, image)) {
        throw Refusal{
            "UnsupportedOperation.SharedImageModifyUnsupported",
            "The image `" + id + "` belongs to another account."};
    }
    if (image.state != "NORMAL" || !image.shared_with.empty()) {
        throw Refusal{
            "InvalidImageId.IncorrectState",
            "The image `" + id + "` is " + image.state + " or shared."};
    }
    if (wish.name && *wish.name != image.name) {
        check_name_is_free(call, call.region, *wish.name);
    }
    if (wish.name) {
        call.state.rename(image, *wish.name);
    }
    image.description = wish.description.value_or(image.description);
    image.family = wish.family.value_or(image.family);
    image.deprecated = wish.deprecated.value_or(image.deprecated);
    return {};
}

json::object modify_image_share_permission(Call& call, Params& params) {
    const std::string id = params.text("ImageId");
    std::vector<std::string> uins = params.required_texts("AccountIds");
    const std::string permission = params.text("Permission");
    params.finish();
    if (permission != "SHARE" && permission != "CANCEL") {
        throw Refusal{"InvalidParameterValue", "`Permission` must be SHARE or CANCEL."};
    }
    constexpr std::size_t accounts_max = 500;
    if (uins.size() > accounts_max) {
        throw Refusal{"InvalidParameterValue.LimitExceeded", "More than 500 accounts."};
    }
    check_no_duplicates(call, uins);
    const bool shares = permission == "SHARE";
    Image& image = shareable_image(call, id);
    if (shares && platform_of(image.os).starts_with("Red Hat")) {
        throw Refusal{"FailedOperation.RImageShareFailed", "Red Hat images cannot be shared."};
    }
    if (shares && image.license == "BYOL") {
        throw Refusal{
            "FailedOperation.BYOLImageShareFailed",
            "An image with a licence of one's own cannot be shared."};
    }
    const auto wanted = static_cast<std::int64_t>(image.shared_with.size() + uins.size());
    if (shares && wanted > call.state.limits.shares_per_image) {
        throw Refusal{"OverQuota", "The image would be shared with too many accounts."};
    }
    for (const std::string& uin : uins) {
        check_receiver(call, image, uin, shares);
    }
    for (const std::string& uin : uins) {
        if (shares && !image.shared_with.contains(uin)) {
            call.state.share(image, uin);
        } else if (!shares) {
            call.state.unshare(image, uin);
        }
    }
    return {};
}

json::object describe_image_share_permission(Call& call, Params& params) {
    const std::string id = params.text("ImageId");
    params.finish();
    check_image_id(id);
    const Image& image = visible_image(call, id);
    if (!is_owned(call, image)) {
        throw Refusal{
            "UnauthorizedOperation.ImageNotBelongToAccount",
            "The image `" + id + "` belongs to another account."};
    }
    json::array set;
    for (const auto& [uin, since] : image.shared_with) {
        json::object entry;
        entry["CreatedTime"] = json_text(to_rfc3339(since));
        entry["AccountId"] = json_text(uin);
        set.push_back(std::move(entry));
    }
    json::object result;
    result["SharePermissionSet"] = std::move(set);
    return result;
}

}  // namespace cloudsim

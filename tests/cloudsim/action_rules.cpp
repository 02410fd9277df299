#include "action_rules.hpp"

#include "text.hpp"

#include <algorithm>

namespace cloudsim {
namespace {

constexpr std::size_t image_name_max = 60;          // CreateImage, ImageName
constexpr std::size_t image_description_max = 256;  // CreateImage, ImageDescription

}  // namespace

namespace json = boost::json;

json::string json_text(std::string_view text) {
    return json::string{json::string_view{text.data(), text.size()}};
}

void check_image_id(const std::string& id) {
    if (!is_well_formed_id(id, "img-")) {
        throw Refusal{"InvalidImageId.Malformed", "The image id `" + id + "` is malformed."};
    }
}

void check_image_name(const std::string& name) {
    if (name.empty()) {
        throw Refusal{"InvalidParameterValue", "`ImageName` must not be empty."};
    }
    const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7F; };
    if (std::ranges::any_of(name, is_control)) {
        throw Refusal{"InvalidParameterValue", "`ImageName` has control characters."};
    }
    if (count_characters(name) > image_name_max) {
        throw Refusal{
            "InvalidParameterValue.TooLarge", "`ImageName` is longer than 60 characters."};
    }
}

void check_image_description(const std::string& description) {
    if (count_characters(description) > image_description_max) {
        throw Refusal{
            "InvalidParameterValue.TooLarge", "`ImageDescription` is longer than 256 characters."};
    }
}

// The real rule is not published; this much nobody would call a family.
void check_image_family(const std::string& family) {
    constexpr std::size_t family_max = 128;
    const auto is_blank = [](char c) { return c >= 0 && c <= ' '; };
    if (count_characters(family) > family_max || std::ranges::any_of(family, is_blank)) {
        throw Refusal{
            "InvalidParameterValue.InvalidImageFamily",
            "`ImageFamily` has blanks or is longer than 128."};
    }
}

void check_name_is_free(const Call& call, const std::string& region, const std::string& name) {
    const auto found = call.state.images_at.find(Place{call.account.uin, region});
    if (!call.state.behaviour.image_names_unique || found == call.state.images_at.end()) {
        return;
    }
    const auto has_name = [&name](const Image* image) { return image->name == name; };
    if (std::ranges::any_of(found->second, has_name)) {
        throw Refusal{
            "InvalidImageName.Duplicate",
            "There is an image named `" + name + "` in " + region + "."};
    }
}

void check_image_quota(const Call& call, const std::string& region, std::int64_t more) {
    const std::int64_t used = call.state.count_images(Place{call.account.uin, region});
    if (used + more > call.state.limits.images_per_region) {
        throw Refusal{"ImageQuotaLimitExceeded", "The image quota of " + region + " is used up."};
    }
}

void check_balance(const Call& call) {
    if (call.account.in_arrears) {
        throw Refusal{"InvalidAccount.InsufficientBalance", "The account is in arrears."};
    }
}

void check_no_duplicates(const Call& call, std::vector<std::string>& ids) {
    std::vector<std::string> once;
    for (std::string& id : ids) {
        if (std::ranges::find(once, id) == once.end()) {
            once.push_back(std::move(id));
        } else if (call.state.behaviour.duplicate_ids == DuplicateIds::refused) {
            throw Refusal{"InvalidParameterValue", "`" + id + "` is given twice."};
        }
    }
    ids = std::move(once);
}

bool is_owned(const Call& call, const Image& image) {
    return image.uin == call.account.uin;
}

Image& visible_image(Call& call, const std::string& id) {
    Image* image = call.state.find_image(id);
    const bool is_visible =
        image != nullptr &&
        (image->uin.empty() ||
         (image->region == call.region &&
          (is_owned(call, *image) || image->shared_with.contains(call.account.uin))));
    if (!is_visible) {
        throw Refusal{"InvalidImageId.NotFound", "There is no image `" + id + "`."};
    }
    return *image;
}

json::object answer_dry_run(const Call& call) {
    if (call.state.behaviour.dry_run == DryRunAnswer::error) {
        throw Refusal{"DryRunOperation", "The request would have succeeded, but DryRun was set."};
    }
    return {};
}

bool is_tag_filter(std::string_view name) {
    return name == "tag-key" || name == "tag-value" || name.starts_with("tag:");
}

bool tags_match(const Tags& tags, const Filter& filter) {
    const std::string_view name = filter.name;
    return std::ranges::any_of(tags, [&filter, name](const auto& tag) {
        if (name == "tag-key") {
            return any_equal(filter, tag.first);
        }
        if (name == "tag-value") {
            return any_equal(filter, tag.second);
        }
        return name.substr(4) == tag.first && any_equal(filter, tag.second);
    });
}

json::array tags_to_json(const Tags& tags) {
    json::array result;
    for (const auto& [key, value] : tags) {
        json::object tag;
        tag["Key"] = json_text(key);
        tag["Value"] = json_text(value);
        result.push_back(std::move(tag));
    }
    return result;
}

bool any_equal(const Filter& filter, std::string_view value) {
    return std::ranges::find(filter.values, value) != filter.values.end();
}

bool any_contained(const Filter& filter, std::string_view value) {
    return std::ranges::any_of(filter.values, [value](const std::string& part) {
        return contains(value, part);
    });
}

}  // namespace cloudsim

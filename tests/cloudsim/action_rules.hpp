// Checks that several actions share.
#pragma once

#include "actions.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cloudsim {

boost::json::string json_text(std::string_view text);

void check_image_id(const std::string& id);
void check_image_name(const std::string& name);
void check_image_description(const std::string& description);
void check_image_family(const std::string& family);
// Refuses a name that an own image of the place has, in a world where names are unique.
void check_name_is_free(const Call& call, const std::string& region, const std::string& name);
void check_image_quota(const Call& call, const std::string& region, std::int64_t more);

// An image of this region that the caller owns, that is shared with him, or that is public;
// InvalidImageId.NotFound otherwise.
Image& visible_image(Call& call, const std::string& id);
bool is_owned(const Call& call, const Image& image);

// Refuses what costs while the account is in arrears.
void check_balance(const Call& call);
// Refuses ids that are given twice or drops the second, as this world does.
void check_no_duplicates(const Call& call, std::vector<std::string>& ids);

// Ends a dry run that found nothing wrong, in the form this world has.
boost::json::object answer_dry_run(const Call& call);

// Whether the filter `tag:KEY`, tag-key or tag-value takes these tags.
bool tags_match(const Tags& tags, const Filter& filter);
bool is_tag_filter(std::string_view name);
boost::json::array tags_to_json(const Tags& tags);

bool any_equal(const Filter& filter, std::string_view value);
bool any_contained(const Filter& filter, std::string_view value);

// Answers a page of what was chosen, in its order.
template <class Element, class ToJson>
boost::json::array page_of(
    const std::vector<Element>& chosen, const Page& page, const ToJson& to_json
) {
    boost::json::array result;
    for (std::size_t i = page.offset; i < chosen.size() && i - page.offset < page.limit; ++i) {
        result.push_back(to_json(*chosen[i]));
    }
    return result;
}

}  // namespace cloudsim

// POST ?restore makes a readable copy of an archived object for some days. How long it takes is
// documented as a span for each class and tier; the seed draws from it.
#include "cos_common.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace cloudsim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct Tier {
    std::string_view storage_class;
    std::string_view name;
    DurationRange length;
};

constexpr std::array<Tier, 5> tiers{{
    {"ARCHIVE", "Expedited", {minutes{1}, minutes{5}}},
    {"ARCHIVE", "Standard", {hours{3}, hours{5}}},
    {"ARCHIVE", "Bulk", {hours{5}, hours{12}}},
    {"DEEP_ARCHIVE", "Standard", {hours{12}, hours{24}}},
    {"DEEP_ARCHIVE", "Bulk", {hours{24}, hours{48}}},
}};

int wanted_days(const XmlElement& wish) {
    const std::string text = wish.child_text("Days");
    int days = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), days);
    if (error != std::errc{} || end != text.data() + text.size() || days < 1 || days > 365) {
        throw CosRefusal{400, "InvalidArgument", "Days is not a number from 1 to 365."};
    }
    return days;
}

const Tier& wanted_tier(const XmlElement& wish, const ObjectVersion& version) {
    const XmlElement* parameters = wish.child("CASJobParameters");
    const std::string named = parameters == nullptr ? "" : parameters->child_text("Tier");
    const std::string name = named.empty() ? "Standard" : named;
    const auto* found = std::ranges::find_if(tiers, [&](const Tier& tier) {
        return tier.storage_class == version.storage_class && tier.name == name;
    });
    if (found == tiers.end()) {
        throw CosRefusal{
            400, "InvalidArgument", "There is no such Tier for " + version.storage_class + "."};
    }
    return *found;
}

}  // namespace

HttpAnswer restore_object(CosCall& call) {
    check_content_md5(call.request, false);
    const XmlElement wish = parse_body(call.request, "RestoreRequest");
    ObjectVersion& version = wanted_version(call);
    if (version.storage_class != "ARCHIVE" && version.storage_class != "DEEP_ARCHIVE") {
        throw CosRefusal{403, "InvalidObjectState", "The object is not archived."};
    }
    const std::chrono::days days{wanted_days(wish)};
    const Tier& tier = wanted_tier(wish, version);
    const Instant now = call.state.now;
    HttpAnswer answer;
    if (!is_archived(version, now)) {
        version.restoration->expires = now + days;
        return answer;
    }
    if (version.restoration && version.restoration->ready > now) {
        throw CosRefusal{409, "RestoreAlreadyInProgress", "The object is being restored."};
    }
    const Instant ready = now + call.state.durations.within(tier.length);
    version.restoration = Restoration{ready, ready + days};
    answer.status = 202;
    return answer;
}

}  // namespace cloudsim

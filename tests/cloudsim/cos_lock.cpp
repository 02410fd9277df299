// Object lock (facts/tencent-cloud.md 5.6; documents 436/40133, 40134, 58038, 58301): retention is
// lengthened only, and what is retained is neither deleted nor replaced. With which code COS
// refuses is not documented; AccessDenied and the names of S3 are our guess.
#include "cos_common.hpp"

#include <charconv>

namespace cloudsim {
namespace {

constexpr int days_max = 36500;

[[noreturn]] void malformed(const char* message) {
    throw CosRefusal{400, "MalformedXML", message};
}

void check_mode(const XmlElement& retention, bool is_required) {
    const bool is_there = retention.child("Mode") != nullptr;
    if ((is_there || is_required) && retention.child_text("Mode") != "COMPLIANCE") {
        malformed("Mode can be COMPLIANCE only.");
    }
}

std::optional<Duration> default_retention(const XmlElement& wish) {
    const XmlElement* rule = wish.child("Rule");
    if (rule == nullptr) {
        return std::nullopt;
    }
    const XmlElement* retention = rule->child("DefaultRetention");
    if (retention == nullptr) {
        malformed("Rule has no DefaultRetention.");
    }
    check_mode(*retention, false);
    const std::string text = retention->child_text("Days");
    int days = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), days);
    if (error != std::errc{} || end != text.data() + text.size() || days < 1 || days > days_max) {
        throw CosRefusal{400, "InvalidArgument", "Days is not a number from 1 to 36500."};
    }
    return std::chrono::days{days};
}

}  // namespace

HttpAnswer get_object_lock(CosCall& call) {
    if (!call.bucket->has_object_lock) {
        throw CosRefusal{
            404, "ObjectLockConfigurationNotFoundError", "The bucket has no object lock."};
    }
    std::string rule;
    if (const auto& retention = call.bucket->default_retention) {
        const auto days = std::chrono::duration_cast<std::chrono::days>(*retention).count();
        rule = element(
            "Rule",
            element(
                "DefaultRetention",
                element("Mode", "COMPLIANCE") + element("Days", std::to_string(days))
            )
        );
    }
    return xml_answer("ObjectLockConfiguration", element("ObjectLockEnabled", "Enabled") + rule);
}

// Never taken off again; the default is changed freely, for later objects only.
HttpAnswer put_object_lock(CosCall& call) {
    check_content_md5(call.request, false);
    const XmlElement wish = parse_body(call.request, "ObjectLockConfiguration");
    if (wish.child_text("ObjectLockEnabled") != "Enabled") {
        malformed("ObjectLockEnabled can be Enabled only.");
    }
    const std::optional<Duration> retention = default_retention(wish);
    call.bucket->has_object_lock = true;
    call.bucket->default_retention = retention;
    return {};
}

HttpAnswer get_retention(CosCall& call) {
    const ObjectVersion& version = wanted_version(call);
    if (!version.retained_until) {
        throw CosRefusal{404, "NoSuchObjectLockConfiguration", "The object is not locked."};
    }
    return xml_answer(
        "Retention",
        element("Mode", "COMPLIANCE") +
            element("RetainUntilDate", xml_time(*version.retained_until))
    );
}

HttpAnswer put_retention(CosCall& call) {
    check_content_md5(call.request, false);
    if (!call.bucket->has_object_lock) {
        throw CosRefusal{400, "InvalidRequest", "The bucket has no object lock."};
    }
    const XmlElement wish = parse_body(call.request, "Retention");
    check_mode(wish, true);
    const auto until = parse_rfc3339(wish.child_text("RetainUntilDate"));
    if (!until) {
        malformed("RetainUntilDate is not a time.");
    }
    ObjectVersion& version = wanted_version(call);
    if (*until <= call.state.now) {
        throw CosRefusal{400, "InvalidArgument", "RetainUntilDate is not in the future."};
    }
    if (version.retained_until > *until) {
        throw CosRefusal{403, "AccessDenied", "A retention is never shortened."};
    }
    version.retained_until = until;
    return {};
}

}  // namespace cloudsim

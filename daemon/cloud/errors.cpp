#include "cloud/errors.hpp"

#include "cloud/error_table.hpp"
#include "cloud/text.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cvmbackup {

namespace {

constexpr std::size_t message_max = 300;

// Asked twice, a read does no harm; of a change nobody knows whether it took place.
Remedy without_clear_refusal(const CallTopic& topic) {
    return topic.is_change ? Remedy::look_first : Remedy::retry_now;
}

std::string filled_in(std::string_view advice, const CallTopic& topic) {
    const std::string_view target =
        topic.action == "SyncImages" ? "the destination region" : std::string_view(topic.region);
    const std::pair<std::string_view, std::string_view> values[] = {
        {"{target}", target},
        {"{region}", topic.region},
        {"{action}", topic.action},
        {"{object}", topic.object}};
    std::string text(advice);
    for (const auto& [name, value] : values)
        for (auto at = text.find(name); at != std::string::npos;
             at = text.find(name, at + value.size()))
            text.replace(at, name.size(), value);
    return text;
}

Failure refusal(
    const CallTopic& topic,
    const ErrorRule& rule,
    std::string code,
    std::string_view message,
    std::string request_id
) {
    Failure failure;
    failure.remedy = rule.remedy;
    if (failure.remedy == Remedy::look_first && !topic.is_change)
        failure.remedy = Remedy::retry_now;
    failure.text = to_text(topic) + ": " + filled_in(rule.advice, topic);
    if (rule.quote == Quote::yes)
        failure.text +=
            " (" + code + (message.empty() ? "" : ": ") + readable(message, message_max) + ")";
    failure.code = std::move(code);
    failure.request_id = std::move(request_id);
    return failure;
}

std::string code_of_status(unsigned status) {
    if (status == 403)
        return "AccessDenied";
    if (status == 503)
        return "ServiceUnavailable";
    return "Http" + std::to_string(status);
}

}  // namespace

std::string to_text(const CallTopic& topic) {
    std::string text = topic.action;
    if (!topic.object.empty())
        text += ", " + topic.object;
    if (!topic.region.empty())
        text += " in " + topic.region;
    return text;
}

bool is_rate_limit(std::string_view code) {
    return code.starts_with("RequestLimitExceeded") || code == "SlowDown";
}

bool is_outage(const CallTopic& topic, std::string_view code) {
    constexpr std::string_view ours[] = {"Resolve", "Connect", "TLS", "Timeout", "Connection"};
    if (std::ranges::find(ours, code) != std::end(ours) || code.starts_with("Http5") ||
        code.starts_with("ServiceUnavailable"))
        return true;
    const bool unwell = code == cloud_code::answer || code.starts_with("InternalError") ||
                        code.starts_with("InternalServerError");
    return unwell && !topic.is_change;
}

Failure api_refusal(
    const CallTopic& topic, std::string code, std::string_view message, std::string request_id
) {
    std::string shown = readable(code, 100);
    return refusal(topic, api_rule(code), std::move(shown), message, std::move(request_id));
}

Failure cos_refusal(
    const CallTopic& topic,
    unsigned status,
    std::string code,
    std::string_view message,
    std::string request_id
) {
    std::string shown = code.empty() ? code_of_status(status) : readable(code, 100);
    // The one message that must be read: COS has no code of its own for it.
    if (shown == "AccessDenied" && message.find("Request has expired") != std::string_view::npos)
        shown = "RequestTimeTooSkewed";
    const ErrorRule& rule = cos_rule(shown);
    Failure failure = refusal(topic, rule, std::move(shown), message, std::move(request_id));
    if (status >= 500 && failure.remedy == Remedy::give_up)
        failure.remedy = without_clear_refusal(topic);
    return failure;
}

Failure http_refusal(const CallTopic& topic, unsigned status, std::string request_id) {
    Failure failure;
    failure.remedy = without_clear_refusal(topic);
    failure.code = "Http" + std::to_string(status);
    failure.text = to_text(topic) + ": HTTP status " + std::to_string(status) +
                   " from the endpoint, which API 3.0 does not use; is there a proxy or gateway "
                   "between, or is api_endpoint wrong?";
    failure.request_id = std::move(request_id);
    return failure;
}

Failure unusable_answer(const CallTopic& topic, std::string_view why, std::string request_id) {
    Failure failure;
    failure.remedy = without_clear_refusal(topic);
    failure.code = cloud_code::answer;
    failure.text = to_text(topic) + ": the answer cannot be used: " + readable(why, message_max);
    failure.request_id = std::move(request_id);
    return failure;
}

Failure transport_failure(const CallTopic& topic, Failure failure) {
    if (failure.remedy == Remedy::look_first)
        failure.remedy = without_clear_refusal(topic);
    failure.text = to_text(topic) + ": " + failure.text;
    return failure;
}

}  // namespace cvmbackup

#include "fault_effects.hpp"

namespace cloudsim {
namespace {

// Another one of the same shape.
std::string other_id(std::string id) {
    constexpr std::string_view digits = "0123456789abcdef0";
    for (char& c : id) {
        const auto at = digits.find(c);
        c = at == std::string_view::npos ? c : digits[at + 1];
    }
    return id;
}

void replace_all(std::string& text, const std::string& old_part, const std::string& new_part) {
    std::size_t at = text.find(old_part);
    while (at != std::string::npos) {
        text.replace(at, old_part.size(), new_part);
        at = text.find(old_part, at + new_part.size());
    }
}

void tell_other_request_id(HttpAnswer& answer) {
    const std::string& told = answer.record.request_id;
    const std::string other = other_id(told);
    replace_all(answer.body, told, other);
    for (auto& [name, value] : answer.headers) {
        replace_all(value, told, other);
    }
}

}  // namespace

std::optional<HttpAnswer> answer_instead(const Fault& fault) {
    HttpAnswer answer;
    switch (fault.kind) {
        case FaultKind::lost_before:
        case FaultKind::lost_late:
        case FaultKind::region_gone:
            answer.fate = fault.silent ? Fate::silent : Fate::closed;
            return answer;
        case FaultKind::reset:
            answer.fate = Fate::reset;
            return answer;
        case FaultKind::http_error:
            answer.status = fault.status;
            answer.headers.emplace_back("Content-Type", "text/html");
            answer.body =
                "<html><body><h1>" + std::to_string(fault.status) + "</h1></body></html>\n";
            return answer;
        default:
            return std::nullopt;
    }
}

void spoil(HttpAnswer& answer, const Fault& fault) {
    switch (fault.kind) {
        case FaultKind::lost_after:
            answer.fate = fault.reset ? Fate::reset : fault.silent ? Fate::silent : Fate::closed;
            break;
        case FaultKind::garbage:
            answer.body = "\x01\xff}{<\"garbage";
            answer.content_length.reset();
            answer.pattern.reset();
            break;
        case FaultKind::truncated:
            answer.fate = fault.reset ? Fate::torn : Fate::truncated;
            break;
        case FaultKind::huge:
            answer.body.append(static_cast<std::size_t>(fault.megabytes) << 20U, ' ');
            answer.content_length.reset();
            answer.pattern.reset();
            break;
        case FaultKind::wrong_request_id:
            tell_other_request_id(answer);
            break;
        case FaultKind::slow:
            answer.delay += fault.delay;
            break;
        default:
            break;
    }
}

TaskEnd task_end(const Fault& fault) {
    switch (fault.kind) {
        case FaultKind::task_fails:
            return TaskEnd::fails;
        case FaultKind::task_vanishes:
            return TaskEnd::vanishes;
        case FaultKind::task_hangs:
            return TaskEnd::hangs;
        default:
            return TaskEnd::succeeds;
    }
}

std::string claimed_account(const HttpRequest& request, const State& state) {
    // In the target of a presigned URL.
    const std::string_view authorization =
        request.header("Authorization").value_or(std::string_view{request.target});
    for (const std::string_view before : {"Credential=", "q-ak="}) {
        const auto at = authorization.find(before);
        if (at == std::string_view::npos) {
            continue;
        }
        std::string_view id = authorization.substr(at + before.size());
        id = id.substr(0, id.find_first_of("/&,"));
        const Credential* credential = state.find_credential(id);
        return credential == nullptr ? "" : credential->uin;
    }
    return "";
}

}  // namespace cloudsim

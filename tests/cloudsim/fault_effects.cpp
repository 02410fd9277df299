#include "fault_effects.hpp"

namespace cloudsim {

std::optional<HttpAnswer> answer_instead(const Fault& fault) {
    HttpAnswer answer;
    switch (fault.kind) {
        case FaultKind::lost_before:
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
            answer.fate = fault.silent ? Fate::silent : Fate::closed;
            break;
        case FaultKind::garbage:
            answer.body = "\x01\xff}{<\"garbage";
            answer.content_length.reset();
            break;
        case FaultKind::truncated:
            answer.fate = Fate::truncated;
            break;
        case FaultKind::slow:
            answer.delay += fault.delay;
            break;
        default:
            break;
    }
}

TaskEnd task_end(const std::optional<Fault>& fault) {
    if (!fault) {
        return TaskEnd::succeeds;
    }
    switch (fault->kind) {
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

}  // namespace cloudsim

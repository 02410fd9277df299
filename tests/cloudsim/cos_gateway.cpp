// The gateway in front of COS: which operation, who calls, whose bucket; then the operation; then
// the headers every answer has. Unlike API 3.0, errors are XML with a real HTTP status.
#include "cloud.hpp"
#include "cos_operations.hpp"
#include "fault_effects.hpp"

namespace cloudsim {
namespace {

// A bucket is known in its own region only. That another region's endpoint answers 404 and not a
// redirect is our reading; nobody verified it.
BucketState& accessible_bucket(State& state, const CosTarget& target, const Credential& caller) {
    constexpr std::size_t label_max = 60;
    if (target.bucket.size() > label_max) {
        throw CosRefusal{400, "BucketNameTooLong", "The bucket's name is longer than 60."};
    }
    BucketState* bucket = state.find_bucket(target.bucket);
    if (bucket != nullptr && target.region == "accelerate") {
        throw CosRefusal{400, "BucketAccelerateNotEnabled", "Global acceleration is not enabled."};
    }
    if (bucket == nullptr || (!target.region.empty() && target.region != bucket->bucket.region)) {
        throw CosRefusal{404, "NoSuchBucket", "The specified bucket does not exist."};
    }
    if (bucket->uin != caller.uin) {
        throw CosRefusal{403, "AccessDenied", "Access Denied."};
    }
    return *bucket;
}

// Neither is a refusal of the real cloud, which does all that and takes 5 GB in one request.
void check_is_simulated(const HttpRequest& request, const CosOperation& operation) {
    if (operation.perform == nullptr) {
        throw CosRefusal{
            501, "NotImplemented", "cvmcloudsim does not simulate " + operation.unknown + "."};
    }
    if (request.is_too_large) {
        throw CosRefusal{
            501,
            "NotImplemented",
            "cvmcloudsim keeps objects in memory and takes no more than 64 MiB in one request; "
            "send them in parts."};
    }
}

HttpAnswer refusal_answer(
    const CosRefusal& refusal, const HttpRequest& request, const RequestRecord& record
) {
    HttpAnswer answer;
    answer.status = refusal.status();
    answer.headers = refusal.headers();
    answer.headers.emplace_back("x-cos-trace-id", record.request_id);
    if (request.method == "HEAD") {
        answer.content_length = 0;
        return answer;
    }
    const std::string resource = request.target.substr(0, request.target.find('?'));
    answer.headers.emplace_back("Content-Type", "application/xml");
    answer.body = "<?xml version='1.0' encoding='utf-8' ?>\n<Error><Code>" + refusal.code() +
                  "</Code><Message>" + xml_escape(refusal.what()) + "</Message><Resource>" +
                  xml_escape(resource) + "</Resource><RequestId>" + record.request_id +
                  "</RequestId><TraceId>" + record.request_id + "</TraceId></Error>";
    return answer;
}

void refuse_by(const std::optional<Fault>& fault, bool in_arrears) {
    if (fault && fault->kind == FaultKind::error) {
        throw CosRefusal{fault->status, fault->code, fault->message};
    }
    if (fault && fault->kind == FaultKind::key_revoked) {
        throw CosRefusal{403, "InvalidAccessKeyId", "The secret id is not known."};
    }
    if (in_arrears || (fault && fault->kind == FaultKind::in_arrears)) {
        throw CosRefusal{403, "AccessDenied", "The account is in arrears."};
    }
}

}  // namespace

HttpAnswer Cloud::answer_cos(
    const HttpRequest& request, const Clocks& clocks, RequestRecord record
) {
    const CosTarget target = cos_target(request);
    const CosOperation operation = cos_operation(request, target);
    record.action = "cos:" + operation.name;
    record.region = target.region;
    const Clocks told = clocks.shifted_by(record.clock_offset);
    std::optional<Fault> fault;
    HttpAnswer answer;
    try {
        const Credential& caller = authenticate_cos(request, state_, told.now, told.real_now);
        record.account = caller.uin;
        if (const BucketState* bucket = state_.find_bucket(target.bucket)) {
            record.region = bucket->bucket.region;
        }
        const FaultSubject subject{record.action, record.account, record.region};
        std::optional<HttpAnswer> instead = strike_caller(subject, request, clocks, record, fault);
        if (instead) {
            return std::move(*instead);
        }
        const bool in_arrears = state_.find_account(caller.uin)->in_arrears;
        refuse_by(fault, in_arrears);
        CosCall call{state_, caller, nullptr, request, target, parse_target(request.target).query};
        check_is_simulated(request, operation);
        if (!target.bucket.empty()) {
            call.bucket = &accessible_bucket(state_, target, caller);
        }
        answer = operation.perform(call);
        if (fault && fault->kind == FaultKind::error_after) {
            throw CosRefusal{fault->status, fault->code, fault->message};
        }
    } catch (const CosRefusal& refusal) {
        answer = refusal_answer(refusal, request, record);
        record.code = refusal.code();
    }
    answer.headers.emplace_back("Server", "tencent-cos");
    answer.headers.emplace_back("Date", to_http_date(told.now));
    answer.headers.emplace_back("x-cos-request-id", record.request_id);
    answer.record = std::move(record);
    if (fault) {
        spoil(answer, *fault);
    }
    return answer;
}

}  // namespace cloudsim

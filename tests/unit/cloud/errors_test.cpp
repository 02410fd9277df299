#include "cloud/errors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

CallTopic change(std::string action) {
    CallTopic topic;
    topic.action = std::move(action);
    topic.object = "instance ins-00000001";
    topic.region = "ap-guangzhou";
    topic.is_change = true;
    return topic;
}

CallTopic read(std::string action) {
    CallTopic topic = change(std::move(action));
    topic.is_change = false;
    return topic;
}

struct Row {
    const char* code;
    Remedy of_a_change;
    Remedy of_a_read;
};

class ApiErrors : public ::testing::TestWithParam<Row> {};

TEST_P(ApiErrors, HaveTheRemedyOfTheTable) {
    const Row row = GetParam();

    EXPECT_EQ(api_refusal(change("CreateImage"), row.code, "m", "r").remedy, row.of_a_change);
    EXPECT_EQ(api_refusal(read("DescribeImages"), row.code, "m", "r").remedy, row.of_a_read);
}

using enum Remedy;
INSTANTIATE_TEST_SUITE_P(
    Codes,
    ApiErrors,
    ::testing::Values(
        Row{"RequestLimitExceeded", retry_now, retry_now},
        Row{"RequestLimitExceeded.UinLimitExceeded", retry_now, retry_now},
        Row{"InternalError", look_first, retry_now},
        Row{"InternalError.TradeUnknownError", look_first, retry_now},
        Row{"InternalServerError", look_first, retry_now},
        Row{"InvalidImageName.Duplicate", look_first, retry_now},
        Row{"ServiceUnavailable", retry_later, retry_later},
        Row{"ResourceUnavailable.SnapshotCreating", retry_later, retry_later},
        Row{"ResourceInUse.DiskRollbacking", retry_later, retry_later},
        Row{"ResourceBusy", retry_later, retry_later},
        Row{"MutexOperation.TaskRunning", retry_later, retry_later},
        Row{"OperationDenied.InstanceOperationInProgress", retry_later, retry_later},
        Row{"UnsupportedOperation.InstanceStateRebooting", retry_later, retry_later},
        Row{"InvalidParameterValue.InvalidImageState", retry_later, retry_later},
        Row{"FailedOperation.InvalidImageState", retry_later, retry_later},
        Row{"LimitExceeded.ExportImageTaskLimitExceeded", retry_later, retry_later},
        Row{"InvalidRegion.Unavailable", retry_later, retry_later},
        Row{"AuthFailure.TokenFailure", refresh_credentials, refresh_credentials},
        Row{"AuthFailure.SignatureExpire", refresh_credentials, refresh_credentials},
        Row{"UnauthorizedOperation.InvalidToken", refresh_credentials, refresh_credentials},
        Row{"UnauthorizedOperation", give_up, give_up},
        Row{"UnauthorizedOperation.PermissionDenied", give_up, give_up},
        Row{"AuthFailure.SignatureFailure", give_up, give_up},
        Row{"AuthFailure.CamRoleNameAuthenticateFailed", give_up, give_up},
        Row{"ImageQuotaLimitExceeded", give_up, give_up},
        Row{"LimitExceeded.PreheatImageSnapshotOutOfQuota", give_up, give_up},
        Row{"UnsupportedOperation.StoppedModeStopCharging", give_up, give_up},
        Row{"InvalidInstanceId.NotFound", give_up, give_up},
        Row{"FailedOperation", give_up, give_up},
        Row{"SomethingNew.OfNextYear", give_up, give_up},
        Row{"", give_up, give_up}
    )
);

TEST(ApiErrorText, SaysWhatIsFullAndWhatToDo) {
    const Failure failure =
        api_refusal(change("CreateImage"), "ImageQuotaLimitExceeded", "quota", "r-1");

    EXPECT_EQ(
        failure.text,
        "CreateImage, instance ins-00000001 in ap-guangzhou: the image quota of ap-guangzhou is "
        "full; delete images or ask for a higher quota"
    );
    EXPECT_EQ(failure.code, "ImageQuotaLimitExceeded");
    EXPECT_EQ(failure.request_id, "r-1");
}

TEST(ApiErrorText, BlamesTheDestinationForAFullQuotaOfACopy) {
    const Failure failure = api_refusal(change("SyncImages"), "ImageQuotaLimitExceeded", "", "");

    EXPECT_THAT(failure.text, HasSubstr("the image quota of the destination region is full"));
}

TEST(ApiErrorText, NamesTheClockWhenTheSignatureHasExpired) {
    const Failure failure =
        api_refusal(change("CreateImage"), "AuthFailure.SignatureExpire", "", "");

    EXPECT_THAT(failure.text, HasSubstr("clock of this machine"));
}

TEST(ApiErrorText, NamesThePermissionThatIsMissing) {
    const Failure failure = api_refusal(change("CreateImage"), "UnauthorizedOperation", "", "");

    EXPECT_THAT(failure.text, HasSubstr("CAM refuses CreateImage"));
}

TEST(ApiErrorText, QuotesTheCloudOnUnknownCodesWithoutItsControlCharacters) {
    const Failure failure =
        api_refusal(change("CreateImage"), "New.Code", "line\none\x1b[31m", "r");

    EXPECT_THAT(failure.text, HasSubstr("(New.Code: line one [31m)"));
}

TEST(ApiErrorText, CutsEndlessMessages) {
    const Failure failure =
        api_refusal(change("CreateImage"), "New.Code", std::string(100'000, 'x'), "r");

    EXPECT_LT(failure.text.size(), 600U);
}

TEST(CosErrors, HaveTheirOwnRemedies) {
    const CallTopic topic = read("cos:GetBucket");

    EXPECT_EQ(cos_refusal(topic, 503, "SlowDown", "", "").remedy, retry_now);
    EXPECT_EQ(cos_refusal(topic, 503, "ServiceUnavailable", "", "").remedy, retry_later);
    EXPECT_EQ(cos_refusal(topic, 500, "InternalError", "", "").remedy, retry_now);
    EXPECT_EQ(cos_refusal(topic, 502, "", "", "").remedy, retry_now);
    EXPECT_EQ(cos_refusal(topic, 403, "RequestTimeTooSkewed", "", "").remedy, refresh_credentials);
    EXPECT_EQ(cos_refusal(topic, 403, "AccessDenied", "Access Denied.", "").remedy, give_up);
    EXPECT_EQ(cos_refusal(topic, 403, "", "", "").code, "AccessDenied");
    EXPECT_EQ(cos_refusal(topic, 404, "NoSuchBucket", "", "").remedy, give_up);
}

TEST(CosErrors, SeeAClockProblemInAnExpiredRequest) {
    const Failure failure =
        cos_refusal(read("cos:GetBucket"), 403, "AccessDenied", "Request has expired", "");

    EXPECT_EQ(failure.code, "RequestTimeTooSkewed");
    EXPECT_EQ(failure.remedy, refresh_credentials);
}

TEST(UnclearAnswers, MustBeLookedAtAfterAChangeAndMayBeRepeatedAfterARead) {
    const Failure lost = [] {
        Failure failure;
        failure.remedy = look_first;
        failure.text = "lost";
        return failure;
    }();

    EXPECT_EQ(http_refusal(change("CreateImage"), 502, "").remedy, look_first);
    EXPECT_EQ(http_refusal(read("DescribeImages"), 502, "").remedy, retry_now);
    EXPECT_EQ(unusable_answer(change("CreateImage"), "no JSON", "").remedy, look_first);
    EXPECT_EQ(unusable_answer(read("DescribeImages"), "no JSON", "").remedy, retry_now);
    EXPECT_EQ(transport_failure(change("CreateImage"), lost).remedy, look_first);
    EXPECT_EQ(transport_failure(read("DescribeImages"), lost).remedy, retry_now);
}

TEST(UnclearAnswers, LeaveAnUnsentChangeForLater) {
    Failure unsent;
    unsent.remedy = retry_later;
    unsent.text = "cannot connect";

    const Failure failure = transport_failure(change("CreateImage"), unsent);

    EXPECT_EQ(failure.remedy, retry_later);
    EXPECT_THAT(failure.text, HasSubstr("instance ins-00000001 in ap-guangzhou: cannot connect"));
}

}  // namespace
}  // namespace cvmbackup

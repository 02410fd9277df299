// Requests whose answers are lost and which the cloud carries out later (lost-late).
#include "client.hpp"

namespace cloudsim::test {
namespace {

class LateRequest : public CloudTest {
protected:
    void use_fault(const std::string& keys, std::uint64_t seed = 7) {
        const std::string fault = "[[fault]]\nkind = \"lost-late\"\nnth = 1\n";
        use(small_world(), fault + keys, seed);
    }

    Reply create() {
        return call("CreateImage", R"({"ImageName":"n","InstanceId":"ins-00000001"})");
    }

    std::int64_t images() { return call("DescribeImages", own).total(); }

    // When an image of a request that came late was made, after the request was sent.
    Duration lateness(std::uint64_t seed) {
        use_fault("action = \"CreateImage\"\n", seed);
        create();
        const Instant sent = now;
        wait(11min);
        cloud->advance(now);
        const auto& made = cloud->state().images;
        return made.empty() ? Duration{0} : made.begin()->second.created - sent;
    }

    const std::string own = R"({"Filters":[{"Name":"image-type","Values":["PRIVATE_IMAGE"]}]})";
};

TEST_F(LateRequest, IsCarriedOutAtItsTimeAndTellsNobody) {
    use_fault("action = \"CreateImage\"\ndelay = \"2min\"\n");
    const Reply lost = create();
    const Instant sent = now;
    EXPECT_EQ(lost.answer.fate, Fate::closed);
    EXPECT_EQ(lost.answer.record.code, "fault");
    EXPECT_THAT(lost.answer.record.tasks, IsEmpty());
    EXPECT_EQ(images(), 0);

    wait(3min);
    EXPECT_EQ(images(), 1);
    EXPECT_EQ(cloud->state().images.begin()->second.created, sent + 2min);
}

TEST_F(LateRequest, ComesBeforeWhateverIsAskedNext) {
    use_fault("action = \"cos:PutObject\"\ndelay = \"30s\"\n");
    EXPECT_EQ(cos("PUT", "/a", "first").fate, Fate::closed);
    EXPECT_EQ(cos("GET", "/a").status, 404);
    wait(20s);
    cos("PUT", "/a", "second");
    EXPECT_EQ(cos("GET", "/a").body, "second");
    wait(30s);
    EXPECT_EQ(cos("GET", "/a").body, "first");
}

TEST_F(LateRequest, IsRefusedOnceItsSignatureHasExpired) {
    use_fault("action = \"CreateImage\"\ndelay = \"301s\"\n");
    create();
    wait(10min);
    EXPECT_EQ(images(), 0);
    const std::vector<RequestRecord> late = cloud->take_late_records();
    ASSERT_THAT(late, SizeIs(1));
    EXPECT_EQ(late.front().code, "AuthFailure.SignatureExpire");
}

TEST_F(LateRequest, IsJudgedByTheClockThatItWasSignedWith) {
    use_fault("action = \"CreateImage\"\ndelay = \"2min\"\n");
    // Of a client that does not know the simulated time; its signature is four minutes old.
    const Instant real = now + 24h * 365;
    const std::string body = R"({"ImageName":"n","InstanceId":"ins-00000001"})";
    cloud->handle(api_request("CreateImage", body, "ap-guangzhou", real - 4min), now, real);
    cloud->advance(now + 3min);
    EXPECT_THAT(cloud->state().images, IsEmpty());
}

TEST_F(LateRequest, IsLostForGoodIfItsRegionIsGoneByThen) {
    use(small_world(),
        "[[fault]]\nkind = \"lost-late\"\naction = \"CreateImage\"\ndelay = \"2min\"\n"
        "[[fault]]\nkind = \"region-gone\"\nregion = \"ap-guangzhou\"\n"
        "after = \"1min\"\nbefore = \"3min\"\n");
    create();
    wait(4min);
    EXPECT_EQ(images(), 0);
}

TEST_F(LateRequest, IsToldTwiceByTheLog) {
    use_fault("action = \"CreateImage\"\ndelay = \"2min\"\n");
    const RequestRecord lost = create().answer.record;
    cloud->advance(now + 5min);
    const std::vector<RequestRecord> late = cloud->take_late_records();
    ASSERT_THAT(late, SizeIs(1));
    EXPECT_EQ(late.front().request_id, lost.request_id);
    EXPECT_EQ(late.front().time, now + 2min);
    EXPECT_EQ(late.front().fault, "lost-late");
    EXPECT_EQ(late.front().code, "");
    EXPECT_THAT(late.front().tasks, SizeIs(1));
    EXPECT_THAT(cloud->take_late_records(), IsEmpty());
}

TEST_F(LateRequest, CountsForTheRateWhenItComes) {
    use_fault("action = \"DescribeImageQuota\"\ndelay = \"1s\"\n");
    call("DescribeImageQuota", "{}");
    pace = Duration{0};
    now += 1s;
    for (int i = 0; i < 9; ++i) {
        EXPECT_EQ(call("DescribeImageQuota", "{}").code, "");
    }
    EXPECT_EQ(call("DescribeImageQuota", "{}").code, "RequestLimitExceeded");
}

TEST_F(LateRequest, ComesAfterOneToTenMinutesUnlessToldOtherwise) {
    bool was_late = false;
    bool was_refused = false;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Duration once = lateness(seed);
        EXPECT_EQ(lateness(seed), once);
        was_refused = was_refused || once == Duration{0};
        was_late = was_late || (once >= 1min && once <= 5min);
        EXPECT_LE(once, Duration{5min});
    }
    EXPECT_TRUE(was_late);
    EXPECT_TRUE(was_refused);
}

}  // namespace
}  // namespace cloudsim::test

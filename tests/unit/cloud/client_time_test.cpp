// How the client tells a wrong clock from a slow answer, and which time it signs with.
#include "client_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

HttpAnswer dated(const char* date) {
    HttpAnswer answer = json_answer(R"({"TotalCount":0,"ImageSet":[]})");
    answer.headers = {{"Date", date}};
    return answer;
}

class ClientTime : public ClientFixture {
protected:
    void ask() { run(cloud->images(place, std::vector<ImageId>{ImageId("img-00000001")})); }

    std::string_view timestamp(std::size_t request) {
        return find_header(transport.sent.at(request).headers, "X-TC-Timestamp");
    }
};

TEST_F(ClientTime, SignsWithTheCloudsTimeOnceItIsKnownToDiffer) {
    for (int i = 0; i < 3; ++i)
        transport.then(dated("Fri, 15 Jan 2027 08:10:01 GMT"));

    ask();
    ask();
    clock.jump(24h);
    ask();

    EXPECT_EQ(timestamp(0), "1800000001");
    EXPECT_EQ(timestamp(1), "1800000601");
    EXPECT_EQ(timestamp(2), "1800000602");  // a Date says whole seconds
    EXPECT_EQ(observer.notices.size(), 1U);
}

TEST_F(ClientTime, DoesNotTakeASlowAnswerForAClockThatIsWrong) {
    transport.latency = 92s;
    transport.then(dated("Fri, 15 Jan 2027 08:00:01 GMT"));

    ask();

    EXPECT_THAT(observer.notices, IsEmpty());
}

TEST_F(ClientTime, SaysThatTheClocksAgreeOnlyWhenAQuickAnswerShowsIt) {
    transport.then(dated("Fri, 15 Jan 2027 08:05:01 GMT"));
    transport.then(dated("Fri, 15 Jan 2027 08:05:01 GMT"));
    transport.then(dated("Fri, 15 Jan 2027 08:06:41 GMT"));

    ask();
    transport.latency = 5min;
    ask();
    EXPECT_THAT(observer.notices, SizeIs(1));
    clock.jump(98s);
    transport.latency = 0s;
    ask();

    EXPECT_THAT(
        observer.notices,
        ElementsAre(
            HasSubstr("5min behind the cloud's"), HasSubstr("agrees with the cloud's again")
        )
    );
}

TEST_F(ClientTime, IsUnknownBeforeTheFirstAnswerAndOutlivesNewSettings) {
    transport.then(dated("Fri, 15 Jan 2027 08:10:01 GMT"));
    EXPECT_EQ(cloud->clock_ahead(place.account), std::nullopt);

    ask();
    clock.jump(24h);
    Account account;
    account.name = place.account;
    cloud->set_accounts({account});

    ASSERT_TRUE(cloud->clock_ahead(place.account));
    EXPECT_EQ(*cloud->clock_ahead(place.account), 10min + 1s - 24h);  // a Date says whole seconds
    EXPECT_EQ(cloud->clock_ahead(AccountName("other")), std::nullopt);
}

TEST_F(ClientTime, IsTakenForRightWhenAnAnswerDoesNotTellIt) {
    transport.then(json_answer(R"({"TotalCount":0,"ImageSet":[]})"));

    ask();

    EXPECT_EQ(cloud->clock_ahead(place.account), Duration(0));
}

}  // namespace
}  // namespace cvmbackup

#include "sockets_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Afterwards = LoopbackServer::Afterwards;

class Plain : public OverSockets {
protected:
    Plain() { listen(nullptr); }
};

TEST_F(Plain, SendsHeadersAndBodyAndReadsTheAnswer) {
    server->replies.push_back({"HTTP/1.1 418 Teapot\r\nDate: now\r\nContent-Length: 5\r\n\r\nhello"}
    );
    HttpRequest post = request();
    set_header(post.headers, "X-TC-Action", "CreateImage");

    const auto answer = send(std::move(post));

    ASSERT_TRUE(answer) << answer.error().text;
    EXPECT_EQ(answer->status, 418U);
    EXPECT_EQ(answer->body, "hello");
    EXPECT_EQ(find_header(answer->headers, "date"), "now");
    EXPECT_THAT(server->requests.at(0), StartsWith("POST / HTTP/1.1\r\n"));
    EXPECT_THAT(
        server->requests.at(0), HasSubstr("Host: cvm.ap-guangzhou.tencentcloudapi.com\r\n")
    );
    EXPECT_THAT(server->requests.at(0), HasSubstr("X-TC-Action: CreateImage\r\n"));
    EXPECT_THAT(server->requests.at(0), HasSubstr("Content-Length: 2\r\n"));
}

TEST_F(Plain, KeepsTheConnectionForTheNextRequest) {
    server->reply("1");
    server->reply("2");

    send(request());
    const auto second = send(request());

    EXPECT_EQ(second->body, "2");
    EXPECT_EQ(server->connections, 1U);
}

TEST_F(Plain, UnderstandsServersThatDoNotKeepConnections) {
    server->replies.push_back(
        {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end", Afterwards::close}
    );
    server->reply("2");

    const auto first = send(request());
    const auto second = send(request());

    EXPECT_EQ(first->body, "until the end");
    EXPECT_EQ(second->body, "2");
    EXPECT_EQ(server->connections, 2U);
}

TEST_F(Plain, ReadsChunksAndHeadersOfAHead) {
    server->replies.push_back(
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"}
    );
    server->replies.push_back({"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"});
    HttpRequest head = request();
    head.method = "HEAD";

    const auto chunked = send(request());
    const auto of_head = send(std::move(head));

    EXPECT_EQ(chunked->body, "abcde");
    EXPECT_EQ(find_header(of_head->headers, "Content-Length"), "1000");
    EXPECT_EQ(of_head->body, "");
}

TEST_F(Plain, DoesNotFollowRedirects) {
    server->replies.push_back(
        {"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"}
    );

    EXPECT_EQ(send(request())->status, 302U);
}

TEST_F(Plain, SignsRightBeforeWritingAndSendsNothingIfThatFails) {
    HttpRequest fenced = request();
    fenced.before_sending = [](HttpRequest&) -> Outcome<void> {
        Failure failure;
        failure.code = "SigningTooLate";
        return failure;
    };

    const auto answer = send(std::move(fenced));
    settle();

    EXPECT_EQ(answer.error().code, "SigningTooLate");
    EXPECT_THAT(server->requests, IsEmpty());
}

TEST_F(Plain, NoticesAConnectionThatWasClosedMeanwhile) {
    server->reply("1");
    server->replies.back().afterwards = Afterwards::close;
    server->reply("2");
    send(request());
    settle();

    const auto second = send(request());

    ASSERT_TRUE(second) << second.error().text;
    EXPECT_EQ(second->body, "2");
    EXPECT_EQ(server->connections, 2U);
}

TEST_F(Plain, RepeatsAReadOnAFreshConnectionWhenTheKeptOneDies) {
    server->reply("1");
    server->replies.push_back({"", Afterwards::close});
    server->reply("3");
    send(read());

    const auto second = send(read());

    ASSERT_TRUE(second) << second.error().text;
    EXPECT_EQ(second->body, "3");
    EXPECT_THAT(server->requests, SizeIs(3));
}

TEST_F(Plain, NeverRepeatsAChangeWhenTheKeptConnectionDies) {
    server->reply("1");
    server->replies.push_back({"", Afterwards::close});
    server->reply("3");
    send(request());

    const auto second = send(request());

    EXPECT_EQ(second.error().remedy, Remedy::look_first);
    EXPECT_EQ(second.error().code, "Connection");
    EXPECT_THAT(server->requests, SizeIs(2));
}

TEST_F(Plain, CallsARefusedConnectionCertainlyNotSent) {
    HttpRequest to_nobody = request();
    server->close();
    settle();

    const auto answer = send(std::move(to_nobody));

    EXPECT_EQ(answer.error().remedy, Remedy::retry_later);
    EXPECT_EQ(answer.error().code, "Connect");
    EXPECT_THAT(answer.error().text, HasSubstr("cannot connect to 127.0.0.1:"));
}

TEST_F(Plain, CallsAnUnknownNameCertainlyNotSent) {
    HttpRequest to_nobody = request();
    to_nobody.connect_host = "no-such-name.invalid";

    const auto answer = send(std::move(to_nobody));

    EXPECT_EQ(answer.error().remedy, Remedy::retry_later);
    EXPECT_EQ(answer.error().code, "Resolve");
}

struct Broken {
    const char* what;
    std::string bytes;
    Afterwards afterwards;
    const char* code;
};

class BrokenAnswers : public Plain, public ::testing::WithParamInterface<Broken> {};

TEST_P(BrokenAnswers, AreNothingToRelyOn) {
    server->replies.push_back({GetParam().bytes, GetParam().afterwards});
    HttpRequest impatient = request();
    impatient.timeout = 300ms;

    const auto answer = send(std::move(impatient));

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().remedy, Remedy::look_first);
    EXPECT_EQ(answer.error().code, GetParam().code) << answer.error().text;
}

INSTANTIATE_TEST_SUITE_P(
    Kinds,
    BrokenAnswers,
    ::testing::Values(
        Broken{"Silent", "", Afterwards::stay_silent, "Timeout"},
        Broken{"Stuck", "HTTP/1.1 200 OK\r\nContent-Le", Afterwards::stay_silent, "Timeout"},
        Broken{"Garbage", "\x01\x02 garbage\r\n\r\n", Afterwards::keep, "Answer"},
        Broken{
            "BadLength",
            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            Afterwards::keep,
            "Answer"},
        Broken{
            "Truncated",
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab",
            Afterwards::close,
            "Connection"},
        Broken{
            "Reset",
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab",
            Afterwards::reset,
            "Connection"},
        Broken{"Closed", "", Afterwards::close, "Connection"},
        Broken{
            "Huge",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
            Afterwards::keep,
            "Answer"},
        Broken{
            "HugeHead",
            "HTTP/1.1 200 OK\r\nA: " + std::string(100'000, 'x'),
            Afterwards::keep,
            "Answer"}
    ),
    [](const auto& info) { return std::string(info.param.what); }
);

TEST_F(Plain, StopsReadingAnAnswerWithoutEnd) {
    server->replies.push_back(
        {"HTTP/1.1 200 OK\r\n\r\n" + std::string(200'000, 'x'), Afterwards::close}
    );
    HttpRequest limited = request();
    limited.answer_limit = 100'000;

    EXPECT_EQ(send(std::move(limited)).error().code, "Answer");
}

TEST_F(Plain, BoundsTheConnectionsToOneServer) {
    HttpsSettings settings;
    settings.connections_max = 1;
    make_transport(std::move(settings));
    server->replies.push_back({"", Afterwards::stay_silent});
    std::vector<Outcome<HttpAnswer>> answers;
    const auto on_end = [&answers](std::exception_ptr error, Outcome<HttpAnswer> value) {
        if (!error)
            answers.push_back(std::move(value));
    };
    HttpRequest first = request();
    first.timeout = 400ms;
    HttpRequest second = request();
    second.timeout = 100ms;

    boost::asio::co_spawn(io, transport->send(std::move(first)), on_end);
    boost::asio::co_spawn(io, transport->send(std::move(second)), on_end);
    while (answers.size() < 2)
        io.run_one();

    EXPECT_EQ(server->connections, 1U);
    EXPECT_EQ(answers[0].error().remedy, Remedy::retry_later);
    EXPECT_THAT(answers[0].error().text, HasSubstr("all connections"));
    EXPECT_EQ(answers[1].error().remedy, Remedy::look_first);
}

TEST_F(Plain, ClosesConnectionsNobodyUses) {
    HttpsSettings settings;
    settings.idle_max = 20ms;
    make_transport(std::move(settings));
    server->reply("1");
    server->reply("2");

    send(request());
    settle();
    send(request());

    EXPECT_EQ(server->connections, 2U);
}

}  // namespace
}  // namespace cvmbackup

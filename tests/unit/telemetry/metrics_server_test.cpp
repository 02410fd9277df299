// The real endpoint on loopback and on a unix socket, asked by a client that writes bytes.
#include "telemetry/metrics_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <list>
#include <stdlib.h>

namespace cvmbackup::test {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class MetricsServerTest : public testing::Test {
protected:
    void serve(const std::string& address, MetricsServerLimits limits = {}) {
        const auto text = [this] {
            ++scrapes;
            return "metric " + std::string(page_size, '1') + "\n";
        };
        server.emplace(io.get_executor(), address, text, limits);
        started = server->start();
    }

    tcp::socket connect() {
        tcp::socket socket(io);
        socket.connect({asio::ip::make_address("127.0.0.1"), server->port()});
        return socket;
    }

    // All that comes until the server closes the connection.
    template <class Socket>
    std::string talk(Socket& socket, const std::string& request) {
        boost::system::error_code error;
        asio::write(socket, asio::buffer(request), error);
        std::string answer;
        bool ended = false;
        asio::async_read(
            socket,
            asio::dynamic_buffer(answer),
            [&ended](const boost::system::error_code&, std::size_t) { ended = true; }
        );
        while (!ended && io.run_one_for(10s) > 0) {
        }
        return answer;
    }

    std::string talk(const std::string& request) {
        tcp::socket socket = connect();
        return talk(socket, request);
    }

    asio::io_context io{1};
    int scrapes = 0;
    std::size_t page_size = 1;
    std::optional<MetricsServer> server;
    Outcome<void> started = boost::system::in_place_value;
};

TEST_F(MetricsServerTest, GivesThePage) {
    serve("127.0.0.1:0");

    const std::string answer =
        talk("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    EXPECT_THAT(answer, EndsWith("\r\n\r\nmetric 1\n"));
}

TEST_F(MetricsServerTest, GivesOnlyTheHeadWhenAskedForIt) {
    serve("127.0.0.1:0");

    const std::string answer =
        talk("HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    EXPECT_THAT(
        answer,
        AllOf(
            StartsWith("HTTP/1.1 200 OK"), HasSubstr("Content-Length: 9\r\n"), EndsWith("\r\n\r\n")
        )
    );
}

TEST_F(MetricsServerTest, AnswersSeveralRequestsOnOneConnection) {
    serve("127.0.0.1:0");

    talk(
        "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\nGET /metrics?x=1 HTTP/1.1\r\nHost: x\r\n\r\n"
        "GET /metrics HTTP/1.0\r\n\r\n"
    );

    EXPECT_EQ(scrapes, 3);
}

TEST_F(MetricsServerTest, GivesAPageAsLongAsItIs) {
    page_size = 8'000'000;
    serve("127.0.0.1:0");

    const std::string answer = talk("GET /metrics HTTP/1.0\r\n\r\n");

    EXPECT_THAT(answer.size(), testing::Gt(page_size));
    EXPECT_TRUE(answer.ends_with("1\n"));
}

struct Exchange {
    const char* request;
    const char* status;
};

class MetricsServerAnswers : public MetricsServerTest,
                             public testing::WithParamInterface<Exchange> {};

TEST_P(MetricsServerAnswers, WithTheRightStatus) {
    serve("127.0.0.1:0");

    EXPECT_THAT(talk(GetParam().request), StartsWith(std::string("HTTP/1.1 ") + GetParam().status));
    EXPECT_EQ(scrapes, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Requests,
    MetricsServerAnswers,
    testing::Values(
        Exchange{"GET / HTTP/1.0\r\n\r\n", "200"},
        Exchange{"GET /secret HTTP/1.0\r\n\r\n", "404"},
        Exchange{"GET /metrics/x HTTP/1.0\r\n\r\n", "404"},
        Exchange{"DELETE /metrics HTTP/1.0\r\n\r\n", "405"},
        Exchange{"nonsense\r\n\r\n", "400"},
        Exchange{"GET /metrics HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello", "400"}
    )
);

TEST_F(MetricsServerTest, RefusesEndlessHeaders) {
    serve("127.0.0.1:0");

    const std::string answer =
        talk("GET /metrics HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n");

    EXPECT_THAT(answer, StartsWith("HTTP/1.1 431"));
}

TEST_F(MetricsServerTest, ForgetsAClientThatIsTooSlow) {
    serve("127.0.0.1:0", {64, 20ms});

    EXPECT_EQ(talk("GET /met"), "");
}

TEST_F(MetricsServerTest, AnswersWhileSlowClientsHang) {
    serve("127.0.0.1:0");
    std::list<tcp::socket> slow;
    for (int i = 0; i < 63; ++i) {
        slow.push_back(connect());
        asio::write(slow.back(), asio::buffer("GET /metr", 9));
    }

    EXPECT_THAT(talk("GET /metrics HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

TEST_F(MetricsServerTest, ClosesConnectionsBeyondItsLimit) {
    serve("127.0.0.1:0", {1, 30s});
    tcp::socket first = connect();
    io.poll();

    EXPECT_EQ(talk("GET /metrics HTTP/1.0\r\n\r\n"), "");
    EXPECT_THAT(talk(first, "GET /metrics HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

TEST_F(MetricsServerTest, LetsTheLoopEndOnceItIsStopped) {
    serve("127.0.0.1:0");
    tcp::socket idle = connect();
    io.poll();

    server->stop();
    io.run();

    EXPECT_TRUE(io.stopped());
    EXPECT_EQ(server->port(), 0);
}

TEST_F(MetricsServerTest, SaysThatItsAddressIsTaken) {
    serve("127.0.0.1:0");
    const std::string address = "127.0.0.1:" + std::to_string(server->port());
    MetricsServer second(io.get_executor(), address, [] { return ""; });

    const Outcome<void> outcome = second.start();

    ASSERT_TRUE(outcome.has_error());
    EXPECT_EQ(
        outcome.error().text,
        "the metrics endpoint cannot listen on '" + address +
            "': another program listens there. Correct [metrics] listen"
    );
}

class MetricsServerAddress : public MetricsServerTest,
                             public testing::WithParamInterface<const char*> {};

TEST_P(MetricsServerAddress, ThatIsNoneIsRefusedWithAnExample) {
    serve(GetParam());

    ASSERT_TRUE(started.has_error());
    EXPECT_THAT(started.error().text, AllOf(HasSubstr(GetParam()), HasSubstr("write")));
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    MetricsServerAddress,
    testing::Values("localhost:9877", "9877", "127.0.0.1:", "127.0.0.1:99999", ":1", "unix:metrics")
);

class MetricsServerOnAPath : public MetricsServerTest {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "metrics-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        directory = name;
    }

    void TearDown() override { std::filesystem::remove_all(directory); }

    std::string scrape() {
        asio::local::stream_protocol::socket socket(io);
        socket.connect(asio::local::stream_protocol::endpoint(path()));
        return talk(socket, "GET /metrics HTTP/1.0\r\n\r\n");
    }

    std::string path() const { return (directory / "m.sock").string(); }

    std::filesystem::path directory;
};

TEST_F(MetricsServerOnAPath, AnswersAndRemovesItsSocketAtTheEnd) {
    serve("unix:" + path());

    EXPECT_THAT(scrape(), StartsWith("HTTP/1.1 200"));
    server->stop();

    EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(MetricsServerOnAPath, ReplacesTheSocketOfADeadProcess) {
    { asio::local::stream_protocol::acceptor dead(io, path()); }
    ASSERT_TRUE(std::filesystem::exists(path()));

    serve("unix:" + path());

    EXPECT_THAT(scrape(), StartsWith("HTTP/1.1 200"));
}

TEST_F(MetricsServerOnAPath, LeavesTheSocketOfALivingProcess) {
    asio::local::stream_protocol::acceptor living(io, path());

    serve("unix:" + path());

    ASSERT_TRUE(started.has_error());
    EXPECT_THAT(started.error().text, HasSubstr("another program listens there"));
    EXPECT_TRUE(std::filesystem::exists(path()));
}

}  // namespace
}  // namespace cvmbackup::test

#include "sockets_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Afterwards = LoopbackServer::Afterwards;

class OverTls : public OverSockets {
protected:
    OverTls()
        : files(make_server_files("cloud.test")) {
        std::string pattern = (std::filesystem::temp_directory_path() / "ca-XXXXXX").string();
        const int handle = ::mkstemp(pattern.data());
        ::close(handle);
        ca_file = pattern;
        std::ofstream(ca_file) << files.ca_pem;
        listen(&files);
    }

    ~OverTls() override { std::filesystem::remove(ca_file); }

    void trust_the_authority() {
        HttpsSettings settings;
        settings.ca_file = ca_file;
        make_transport(std::move(settings));
    }

    HttpRequest tls_request() const {
        HttpRequest result = request();
        result.tls = true;
        return result;
    }

    ServerFiles files;
    std::string ca_file;
};

TEST_F(OverTls, TalksToAServerItTrustsAndKeepsTheConnection) {
    trust_the_authority();
    server->reply("secure");
    server->reply("again");

    const auto first = send(tls_request());
    const auto second = send(tls_request());

    ASSERT_TRUE(first) << first.error().text;
    EXPECT_EQ(first->body, "secure");
    EXPECT_EQ(second->body, "again");
    EXPECT_EQ(server->connections, 1U);
}

TEST_F(OverTls, RefusesAnUnknownAuthority) {
    const auto answer = send(tls_request());
    settle();

    EXPECT_EQ(answer.error().remedy, Remedy::retry_later);
    EXPECT_EQ(answer.error().code, "TLS");
    EXPECT_THAT(answer.error().text, HasSubstr("is not trusted: unable to get local issuer"));
    EXPECT_THAT(server->requests, IsEmpty());
}

TEST_F(OverTls, RefusesACertificateForAnotherName) {
    trust_the_authority();
    HttpRequest elsewhere = tls_request();
    elsewhere.connect_host = "localhost";

    const auto answer = send(std::move(elsewhere));
    settle();

    EXPECT_EQ(answer.error().code, "TLS");
    EXPECT_THAT(answer.error().text, HasSubstr("hostname mismatch"));
    EXPECT_THAT(server->requests, IsEmpty());
}

TEST_F(OverTls, RefusesAServerWithoutTls) {
    LoopbackServer plain(io, nullptr);
    HttpRequest to_plain = tls_request();
    to_plain.port = plain.port();
    to_plain.timeout = 300ms;

    const auto answer = send(std::move(to_plain));

    EXPECT_EQ(answer.error().remedy, Remedy::retry_later);
    EXPECT_THAT(plain.requests, IsEmpty());
}

TEST_F(OverTls, NoticesATruncatedAnswer) {
    trust_the_authority();
    server->replies.push_back({"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", Afterwards::close}
    );

    EXPECT_EQ(send(tls_request()).error().remedy, Remedy::look_first);
}

}  // namespace
}  // namespace cvmbackup

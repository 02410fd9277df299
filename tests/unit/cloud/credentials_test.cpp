#include "cloud/credentials.hpp"

#include "cloud_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace cvmbackup {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* good = "[default]\nsecret_id = AKIDone\nsecret_key = keyone\n";

class SecretFiles : public ::testing::Test {
protected:
    SecretFiles() {
        std::string pattern = (fs::temp_directory_path() / "cvmbackup-XXXXXX").string();
        directory = ::mkdtemp(pattern.data());
        fs::create_directory(directory / "protected");
    }

    ~SecretFiles() override { fs::remove_all(directory); }

    fs::path write(const fs::path& name, std::string_view text, unsigned mode) {
        const fs::path path = directory / name;
        std::ofstream(path) << text;
        fs::permissions(path, fs::perms(mode));
        return path;
    }

    Outcome<SecretPtr> read(const std::string& file) {
        return read_secret_file(file, credentials_directory, directory.string());
    }

    fs::path directory;
    const char* credentials_directory = nullptr;
};

TEST_F(SecretFiles, AreFoundBesideTheConfiguration) {
    write("prod.secret", good, 0600);

    const auto secret = read("prod.secret");

    EXPECT_EQ(secret.value()->id, "AKIDone");
    EXPECT_EQ(secret.value()->key, "keyone");
    EXPECT_EQ(secret.value()->token, "");
}

TEST_F(SecretFiles, AreTakenFromSystemdFirst) {
    write("prod.secret", good, 0600);
    write("protected/prod.secret", "[default]\nsecret_id=two\nsecret_key=k\ntoken=t\n", 0444);
    const std::string protected_directory = (directory / "protected").string();
    credentials_directory = protected_directory.c_str();

    const auto secret = read("prod.secret");

    EXPECT_EQ(secret.value()->id, "two");
    EXPECT_EQ(secret.value()->token, "t");
}

class ExposedSecretFiles : public SecretFiles, public ::testing::WithParamInterface<unsigned> {};

TEST_P(ExposedSecretFiles, AreRefusedWithModeAndAdvice) {
    const fs::path path = write("prod.secret", good, GetParam());

    const auto secret = read("prod.secret");

    ASSERT_FALSE(secret);
    EXPECT_EQ(secret.error().remedy, Remedy::give_up);
    EXPECT_THAT(secret.error().text, HasSubstr("chmod 0600 " + path.string()));
    EXPECT_THAT(secret.error().text, HasSubstr("has mode 06"));
    EXPECT_THAT(secret.error().text, Not(HasSubstr("keyone")));
}

INSTANTIATE_TEST_SUITE_P(
    Modes, ExposedSecretFiles, ::testing::Values(0660U, 0640U, 0644U, 0642U, 0620U, 0604U)
);

TEST_F(SecretFiles, ThatAreMissingOrDirectoriesAreNamed) {
    EXPECT_THAT(read("none").error().text, HasSubstr("none cannot be opened: No such file"));
    EXPECT_THAT(read("protected").error().text, HasSubstr("protected is no regular file"));
}

TEST(SecretFileText, MayHaveCommentsQuotesAndOtherSections) {
    const auto secret = parse_secret_file(
        "# comment\r\n[other]\nsecret_id = wrong\n[default]\r\n; more\n"
        "secret_id=\"AKID=x\"\r\n secret_key = 'k' \nregion = ap-guangzhou",
        "f"
    );

    EXPECT_EQ(secret.value()->id, "AKID=x");
    EXPECT_EQ(secret.value()->key, "k");
}

TEST(SecretFileText, SaysWhatIsMissingAndNothingSecret) {
    EXPECT_THAT(parse_secret_file("", "f").error().text, HasSubstr("f has no section [default]"));
    EXPECT_THAT(
        parse_secret_file("[default]\nsecret_id=a", "f").error().text, HasSubstr("no secret_key")
    );
    const auto without_id = parse_secret_file("[default]\nsecret_key=hidden", "f");
    EXPECT_THAT(without_id.error().text, HasSubstr("no secret_id"));
    EXPECT_THAT(without_id.error().text, Not(HasSubstr("hidden")));
}

TEST(SecretFileText, SurvivesBinaryRubbish) {
    EXPECT_FALSE(parse_secret_file(std::string(1000, '\0') + "[default]", "f"));
}

TEST(SecretEnvironment, KnowsBothNamesOfTheToken) {
    ::setenv("TENCENTCLOUD_SECRET_ID", "AKIDenv", 1);
    ::setenv("TENCENTCLOUD_SECRET_KEY", "keyenv", 1);
    ::setenv("TENCENTCLOUD_SECURITY_TOKEN", "tokenenv", 1);

    const auto secret = read_secret_environment();
    ::unsetenv("TENCENTCLOUD_SECRET_KEY");
    const auto incomplete = read_secret_environment();
    ::unsetenv("TENCENTCLOUD_SECRET_ID");
    ::unsetenv("TENCENTCLOUD_SECURITY_TOKEN");

    EXPECT_EQ(secret.value()->token, "tokenenv");
    EXPECT_THAT(incomplete.error().text, HasSubstr("TENCENTCLOUD_SECRET_KEY is not set"));
}

class InstanceRole : public ::testing::Test, protected CloudFixture {
protected:
    InstanceRole() {
        Account account;
        account.credentials = CredentialSource::instance_role;
        credentials = make_credentials(account, "", clock, transport);
    }

    void offer(const std::string& id, Duration lifetime) {
        HttpAnswer roles;
        roles.status = 200;
        roles.body = "backup-role\n";
        transport.then(roles);
        const auto expires = std::chrono::floor<std::chrono::seconds>(clock.now() + lifetime);
        HttpAnswer role;
        role.status = 200;
        role.body = R"({"TmpSecretId":")" + id + R"(","TmpSecretKey":"k","Token":"t",)" +
                    R"("Code":"Success","ExpiredTime":)" +
                    std::to_string(expires.time_since_epoch().count()) + "}";
        transport.then(role);
    }

    Outcome<SecretPtr> current() { return run(credentials->current()); }

    std::unique_ptr<Credentials> credentials;
};

TEST_F(InstanceRole, IsAskedOnceAndRefreshedBeforeItExpires) {
    offer("one", 1h);
    offer("two", 2h);

    const auto first = current();
    clock.run_for(54min);
    const auto still_first = current();
    clock.run_for(2min);
    const auto second = current();

    EXPECT_EQ(first.value()->id, "one");
    EXPECT_EQ(still_first.value()->id, "one");
    EXPECT_EQ(second.value()->id, "two");
    EXPECT_EQ(transport.sent.at(0).host, "metadata.tencentyun.com");
    EXPECT_FALSE(transport.sent.at(0).tls);
    EXPECT_EQ(
        transport.sent.at(1).target, "/latest/meta-data/cam/security-credentials/backup-role"
    );
    EXPECT_THAT(transport.sent, SizeIs(4));
}

TEST_F(InstanceRole, KeepsTheOldSecretWhileItLives) {
    offer("one", 1h);
    current();
    const Failure lost = transport_trouble(Remedy::retry_later, "Connect");
    transport.otherwise = [lost](const HttpRequest&) { return Outcome<HttpAnswer>(lost); };

    clock.run_for(57min);
    const auto kept = current();
    clock.run_for(4min);
    const auto expired = current();

    EXPECT_EQ(kept.value()->id, "one");
    EXPECT_EQ(expired.error().remedy, Remedy::retry_later);
    EXPECT_THAT(expired.error().text, HasSubstr("metadata service"));
}

Task<bool> two_at_once(boost::asio::io_context& io, Credentials& credentials, int& answered) {
    const auto count = [&answered](std::exception_ptr error, const Outcome<SecretPtr>& secret) {
        if (!error && secret)
            ++answered;
    };
    boost::asio::co_spawn(io, credentials.current(), count);
    const Outcome<SecretPtr> secret = co_await credentials.current();
    co_return secret.has_value();
}

TEST_F(InstanceRole, IsAskedOnceForCallsAtTheSameTime) {
    transport.latency = 100ms;
    offer("one", 1h);
    int answered = 0;

    const bool first = run(two_at_once(io, *credentials, answered));
    clock.run_for(1s);

    EXPECT_TRUE(first);
    EXPECT_EQ(answered, 1);
    EXPECT_THAT(transport.sent, SizeIs(2));
}

TEST_F(InstanceRole, IsAskedAgainInTimeAfterTheClockWasSetBack) {
    transport.then(transport_trouble(Remedy::retry_later, "Connect"));
    ASSERT_FALSE(current());
    clock.jump(-8h);
    offer("one", 1h);

    clock.run_for(11s);

    EXPECT_TRUE(current());
}

TEST_F(InstanceRole, SaysThatThereIsNone) {
    HttpAnswer none;
    none.status = 404;
    transport.then(none);

    EXPECT_THAT(current().error().text, HasSubstr("bind a CAM role"));
}

TEST(RoleAnswers, WithoutAllPartsAreUnusable) {
    EXPECT_FALSE(parse_role_answer(""));
    EXPECT_FALSE(parse_role_answer("[]"));
    EXPECT_FALSE(parse_role_answer(R"({"TmpSecretId":"a","TmpSecretKey":"b","Token":"c"})"));
    EXPECT_FALSE(parse_role_answer(
        R"({"TmpSecretId":"a","TmpSecretKey":"b","Token":"c","ExpiredTime":1e300})"
    ));
    EXPECT_FALSE(parse_role_answer(R"({"TmpSecretId":"a","Token":"c","ExpiredTime":5})"));
}

}  // namespace
}  // namespace cvmbackup

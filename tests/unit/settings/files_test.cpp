#include "config_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

namespace cvmbackup {
namespace {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(ConfigFiles, ThatDoNotExistAreNamed) {
    ConfigDirectory directory;
    fs::remove(directory.path() / "cvmbackup.toml");
    directory.write_policy("account = \"prod\"\n");

    EXPECT_THAT(
        texts(directory.load()),
        ElementsAre("cvmbackup.toml: error: cannot be read: No such file or directory")
    );
}

TEST(ConfigFiles, AreMissedTogetherWithTheirDirectory) {
    const Loaded loaded = load_settings("/nonexistent/cvmbackup", Instant{});

    EXPECT_FALSE(loaded.settings);
    EXPECT_THAT(
        texts(loaded),
        ElementsAre("/nonexistent/cvmbackup: error: cannot be read: No such file or directory")
    );
}

TEST(ConfigFiles, MayLackPoliciesWithAWarning) {
    ConfigDirectory directory;
    fs::remove(directory.path() / "policies.d");
    const Loaded loaded = directory.load();

    EXPECT_THAT(
        texts(loaded),
        ElementsAre("policies.d: warning: there is no policy, so nothing is backed up")
    );
    EXPECT_TRUE(loaded.settings);
}

TEST(ConfigFiles, ThatOthersMayWriteAreRefusedWithTheCure) {
    ConfigDirectory directory;
    directory.write_policy("");
    fs::permissions(directory.path() / "policies.d/web.toml", fs::perms(0664));
    directory.write("cvmbackup.toml", "[account.prod]\n", 0646);
    const std::string path = directory.path().string();

    EXPECT_THAT(
        texts(directory.load()),
        ElementsAre(
            "cvmbackup.toml: error: is writable by everybody; run: chmod go-w " + path +
                "/cvmbackup.toml",
            "policies.d/web.toml: error: is writable by its group; run: chmod go-w " + path +
                "/policies.d/web.toml"
        )
    );
}

TEST(ConfigFiles, AreNotTakenFromADirectoryThatOthersMayWrite) {
    ConfigDirectory directory;
    directory.write_policy("");
    fs::permissions(directory.path() / "policies.d", fs::perms(0775));

    EXPECT_THAT(
        texts(directory.load()),
        ElementsAre(
            AllOf(StartsWith("policies.d: error: is writable by its group"), HasSubstr("chmod"))
        )
    );
}

TEST(ConfigFiles, OfMoreThanAMebibyteAreRefused) {
    ConfigDirectory directory;
    directory.write("policies.d/big.toml", std::string(1024 * 1024 + 1, '\n'));

    EXPECT_THAT(
        texts(directory.load()), ElementsAre(HasSubstr("big.toml: error: is larger than 1 MiB"))
    );
}

TEST(ConfigFiles, ThatArePipesAreRefusedInsteadOfWaitedFor) {
    ConfigDirectory directory;
    ASSERT_EQ(::mkfifo((directory.path() / "policies.d/pipe.toml").c_str(), 0600), 0);

    EXPECT_THAT(
        texts(directory.load()), ElementsAre("policies.d/pipe.toml: error: is not a regular file")
    );
}

TEST(ConfigFiles, AreOnlyThoseCalledToml) {
    ConfigDirectory directory;
    directory.write_policy("");
    directory.write("policies.d/web.toml~", "rubbish");
    directory.write("policies.d/.hidden.toml", "rubbish");

    EXPECT_THAT(texts(directory.load()), IsEmpty());
}

TEST(ConfigFiles, MayDefineAPolicyOnlyOnce) {
    ConfigDirectory directory;
    directory.write_policy("");
    directory.write("policies.d/zzz.toml", read_text(directory.path() / "policies.d/web.toml"));

    EXPECT_THAT(
        texts(directory.load()),
        ElementsAre(
            "policies.d/zzz.toml:1:9: error: policy 'web' is defined in policies.d/web.toml already"
        )
    );
}

TEST(ConfigFiles, TellTheirProblemsTogetherAndInOrder) {
    ConfigDirectory directory;
    directory.write("cvmbackup.toml", "[account.prod]\n[metric]\n");
    directory.write("policies.d/b.toml", "[policy.b]\n");
    directory.write("policies.d/a.toml", "[");

    const std::vector<std::string> told = texts(directory.load());

    ASSERT_EQ(told.size(), 6U);
    EXPECT_EQ(told[0], "cvmbackup.toml:2:2: error: unknown key 'metric'; did you mean 'metrics'?");
    EXPECT_THAT(told[1], StartsWith("policies.d/a.toml:1:"));
    EXPECT_THAT(told[2], StartsWith("policies.d/b.toml:1:1: error: 'region' is missing"));
    EXPECT_THAT(told[5], StartsWith("policies.d/b.toml:1:1: warning: 'keep' is missing"));
}

Loaded check(const ConfigDirectory& directory, const fs::path& credentials = {}) {
    return check_settings(directory.path(), *parse_rfc3339("2027-01-04T00:00:00Z"), credentials);
}

TEST(SecretFiles, AreMissedByTheCheckOnly) {
    ConfigDirectory directory;
    directory.write("cvmbackup.toml", "[account.prod]\nsecret_file = \"keys\"\n");
    directory.write_policy("");

    EXPECT_THAT(texts(directory.load()), IsEmpty());
    EXPECT_THAT(
        texts(check(directory)),
        ElementsAre(
            "cvmbackup.toml:2:15: error: secret file " + (directory.path() / "keys").string() +
            " cannot be read: No such file or directory"
        )
    );
}

TEST(SecretFiles, MustBeClosedToOthers) {
    ConfigDirectory directory;
    directory.write_policy("");
    directory.write("prod.secret", "[default]\n", 0644);

    EXPECT_THAT(
        texts(check(directory)),
        ElementsAre(AllOf(
            StartsWith("cvmbackup.toml:1:1: error: secret file "),
            HasSubstr("is readable by everybody; run: chmod 600 "),
            EndsWith("prod.secret")
        ))
    );
}

TEST(SecretFiles, ThatTheGroupMayWriteAreSaidToBeJustThat) {
    ConfigDirectory directory;
    directory.write_policy("");
    directory.write("prod.secret", "[default]\n", 0664);

    EXPECT_THAT(texts(check(directory)), ElementsAre(HasSubstr("is writable by its group")));
    directory.write("prod.secret", "[default]\n", 0640);
    EXPECT_THAT(texts(check(directory)), ElementsAre(HasSubstr("is readable by its group")));
}

TEST(SecretFiles, OfTheOwnerAloneAreFine) {
    ConfigDirectory directory;
    directory.write_policy("");
    directory.write("prod.secret", "[default]\n", 0600);

    EXPECT_EQ(check_report(check(directory)), "1 policy, 1 account: no problems\n");
}

TEST(SecretFiles, AreTakenFromSystemdFirstWhateverTheirMode) {
    ConfigDirectory directory;
    ConfigDirectory credentials;
    directory.write_policy("");
    directory.write("prod.secret", "[default]\n", 0666);
    credentials.write("prod.secret", "[default]\n", 0440);

    EXPECT_THAT(texts(check(directory, credentials.path())), IsEmpty());
}

TEST(SecretFiles, AreNotLookedForWhereOtherCredentialsAreUsed) {
    ConfigDirectory directory;
    directory.write("cvmbackup.toml", "[account.prod]\ncredentials = \"instance-role\"\n");
    directory.write_policy("");

    EXPECT_THAT(texts(check(directory)), IsEmpty());
}

}  // namespace
}  // namespace cvmbackup

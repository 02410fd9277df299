#include "settings/settings.hpp"

#include "config_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

Settings loaded(const ConfigDirectory& directory) {
    Loaded result = directory.load();
    EXPECT_THAT(texts(result), IsEmpty());
    return result.settings.value_or(Settings{});
}

Policy only_policy(const std::string& lines) {
    ConfigDirectory directory;
    directory.write_policy(lines);
    const Settings settings = loaded(directory);
    return settings.policies.empty() ? Policy{} : settings.policies.front();
}

TEST(Settings, HaveDefaultsForAllButAnAccount) {
    ConfigDirectory directory;
    directory.write_policy("");
    const Settings settings = loaded(directory);

    EXPECT_EQ(settings.catalog_path, "/var/lib/cvmbackup/catalog.db");
    EXPECT_EQ(settings.metrics_listen, "127.0.0.1:9877");
    EXPECT_EQ(settings.compare_every, std::chrono::hours(6));
    EXPECT_EQ(settings.backups_in_flight, 0);
    EXPECT_FALSE(settings.instance_metrics);
    ASSERT_EQ(settings.accounts.size(), 1U);
    EXPECT_EQ(settings.accounts[0].credentials, CredentialSource::file);
    EXPECT_EQ(settings.accounts[0].secret_file, "prod.secret");
    EXPECT_EQ(settings.accounts[0].role_name, "CVM_QcsRole");
}

TEST(Settings, TakeEveryKeyOfTheMainFile) {
    ConfigDirectory directory;
    directory.write_policy("account = \"lab\"\n");
    directory.write(
        "cvmbackup.toml",
        "[account.lab]\ncredentials = \"env\"\napi_endpoint = \"http://127.0.0.1:8080\"\n"
        "cos_endpoint = \"https://cos.example:443\"\nmetadata_endpoint = \"http://[::1]:1\"\n"
        "role_name = \"Mine\"\n[account.other]\n[catalog]\npath = \"state/catalog.db\"\n"
        "compare_every = \"2h\"\n"
        "[metrics]\nlisten = \"[::1]:0\"\ninstances = true\n[limits]\nbackups_in_flight = 7\n"
    );
    const Settings settings = loaded(directory);

    EXPECT_EQ(settings.config_dir, directory.path());
    EXPECT_EQ(settings.catalog_path, directory.path() / "state/catalog.db");
    EXPECT_EQ(settings.metrics_listen, "[::1]:0");
    EXPECT_TRUE(settings.instance_metrics);
    EXPECT_EQ(settings.compare_every, std::chrono::hours(2));
    EXPECT_EQ(settings.backups_in_flight, 7);
    ASSERT_EQ(settings.accounts.size(), 2U);
    EXPECT_EQ(settings.accounts[0].credentials, CredentialSource::environment);
    EXPECT_EQ(settings.accounts[0].api_endpoint, "http://127.0.0.1:8080");
    EXPECT_EQ(settings.accounts[0].cos_endpoint, "https://cos.example:443");
    EXPECT_EQ(settings.accounts[0].metadata_endpoint, "http://[::1]:1");
    EXPECT_EQ(settings.accounts[0].role_name, "Mine");
}

TEST(Settings, TakeEndpointsWithPlaceholders) {
    ConfigDirectory directory;
    directory.write_policy("");
    directory.write(
        "cvmbackup.toml",
        "[account.prod]\napi_endpoint = \"https://{service}.{region}.internal.example:8443\"\n"
        "cos_endpoint = \"https://{bucket}.cos-internal.{region}.tencentcos.cn\"\n"
    );
    const Settings settings = loaded(directory);

    ASSERT_EQ(settings.accounts.size(), 1U);
    EXPECT_EQ(
        settings.accounts[0].api_endpoint, "https://{service}.{region}.internal.example:8443"
    );
    EXPECT_EQ(
        settings.accounts[0].cos_endpoint, "https://{bucket}.cos-internal.{region}.tencentcos.cn"
    );
}

TEST(Settings, SwitchTheMetricsEndpointOffByAnEmptyAddress) {
    ConfigDirectory directory;
    directory.write_policy("");
    directory.write("cvmbackup.toml", "[account.prod]\n[metrics]\nlisten = \"\"\n");

    EXPECT_EQ(loaded(directory).metrics_listen, "");
}

TEST(Settings, SortPoliciesByNameAndRememberTheirFiles) {
    ConfigDirectory directory;
    directory.write_policy("");
    directory.write(
        "policies.d/zz.toml",
        "[policy.db]\nregion = \"ap-tokyo\"\nselect = \"all\"\nschedule = \"daily\"\n"
        "keep = { last = 1 }\n"
    );
    const Settings settings = loaded(directory);

    ASSERT_EQ(settings.policies.size(), 2U);
    EXPECT_EQ(settings.policies[0].name, PolicyName("db"));
    EXPECT_EQ(settings.policies[0].file, "policies.d/zz.toml");
    EXPECT_EQ(settings.policies[1].name, PolicyName("web"));
}

TEST(Policies, HaveDefaults) {
    const Policy policy = only_policy("");

    EXPECT_EQ(policy.account, AccountName("prod"));
    EXPECT_EQ(policy.zone, ZoneName("UTC"));
    EXPECT_EQ(policy.spread, Duration{0});
    EXPECT_EQ(policy.catch_up, (CatchUp{CatchUp::Mode::within, 24h}));
    EXPECT_THAT(policy.deny, IsEmpty());
    EXPECT_EQ(policy.rpo, std::nullopt);
    EXPECT_EQ(policy.disks, Disks::all);
    EXPECT_EQ(policy.consistency, Consistency::running);
    EXPECT_EQ(policy.keep.min_good, 1);
    EXPECT_THAT(policy.replicas, IsEmpty());
    EXPECT_FALSE(policy.exported);
    EXPECT_TRUE(policy.select.include.empty());
}

TEST(Policies, TakeEveryKey) {
    const Policy policy = only_policy(
        "zone = \"Asia/Shanghai\"\nspread = \"45min\"\ncatch_up = \"always\"\n"
        "deny = [\"Mon..Fri 09:00-18:00\", \"22:00-23:00\"]\nrpo = \"26h\"\ndisks = \"system\"\n"
        "consistency = \"power-off\"\n"
        "copy = [{ region = \"ap-shanghai\", keep = { weekly = 4, within = \"2d\" } }]\n"
        "[policy.web.export]\nbucket = \"ops-1250000000\"\nprefix = \"w/{instance}/{time}\"\n"
        "format = \"vmdk\"\nevery = \"monthly\"\nkeep = { yearly = 2, min_good = 3 }\n"
    );

    EXPECT_EQ(policy.zone, ZoneName("Asia/Shanghai"));
    EXPECT_EQ(policy.spread, 45min);
    EXPECT_EQ(policy.catch_up.mode, CatchUp::Mode::always);
    EXPECT_EQ(policy.deny.size(), 2U);
    EXPECT_EQ(policy.rpo, 26h);
    EXPECT_EQ(policy.disks, Disks::system);
    EXPECT_EQ(policy.consistency, Consistency::power_off);
    ASSERT_EQ(policy.replicas.size(), 1U);
    EXPECT_EQ(policy.replicas[0].region, Region("ap-shanghai"));
    EXPECT_EQ(policy.replicas[0].keep.weekly, 4);
    EXPECT_EQ(policy.replicas[0].keep.within, 48h);
    ASSERT_TRUE(policy.exported);
    EXPECT_EQ(policy.exported->bucket, BucketName("ops-1250000000"));
    EXPECT_EQ(policy.exported->prefix, "w/{instance}/{time}");
    EXPECT_EQ(policy.exported->format, ExportFormat::vmdk);
    EXPECT_EQ(policy.exported->every, Every::month);
    EXPECT_EQ(policy.exported->keep.yearly, 2);
    EXPECT_EQ(policy.exported->keep.min_good, 3);
}

TEST(Policies, TakeSeveralSchedules) {
    ConfigDirectory directory;
    directory.write(
        "policies.d/web.toml",
        "[policy.web]\nregion = \"ap-guangzhou\"\nselect = \"all\"\nkeep = { last = 3 }\n"
        "schedule = [\"Mon 02:15\", \"Thu 02:15\"]\n"
    );

    EXPECT_EQ(loaded(directory).policies.at(0).schedule.size(), 2U);
}

TEST(Policies, UseTheirOwnKeepForCopiesThatHaveNone) {
    const Policy policy = only_policy(
        "disks = \"system\"\ncopy = [{ region = \"ap-shanghai\" }]\n"
        "export = { bucket = \"ops-1250000000\" }\n"
    );

    EXPECT_EQ(policy.replicas.at(0).keep.last, 3);
    ASSERT_TRUE(policy.exported);
    EXPECT_EQ(policy.exported->keep.last, 3);
    EXPECT_EQ(policy.exported->prefix, "{policy}/{instance}/{time}");
    EXPECT_EQ(policy.exported->format, ExportFormat::qcow2);
    EXPECT_EQ(policy.exported->every, Every::backup);
}

TEST(Policies, SelectByAlternativesOfEveryKind) {
    ConfigDirectory directory;
    directory.write(
        "policies.d/web.toml",
        "[policy.web]\nregion = \"ap-guangzhou\"\nschedule = \"02:15\"\nkeep = { last = 3 }\n"
        "select = { tags = { tier = [\"web\", \"db\"] }, names = \"web-*\", "
        "instances = [\"ins-1\"], zones = \"ap-guangzhou-3\", not = { tags = { b = \"off\" } } }\n"
    );
    const Selection select = loaded(directory).policies.at(0).select;

    EXPECT_THAT(select.include.tags, ElementsAre(Pair("tier", ElementsAre("web", "db"))));
    EXPECT_THAT(select.include.names, ElementsAre("web-*"));
    EXPECT_THAT(select.include.instances, ElementsAre(InstanceId("ins-1")));
    EXPECT_THAT(select.include.zones, ElementsAre("ap-guangzhou-3"));
    EXPECT_THAT(select.exclude.tags, ElementsAre(Pair("b", ElementsAre("off"))));
}

TEST(Problems, ThatAreWarningsAloneDoNotPreventLoading) {
    ConfigDirectory directory;
    directory.write_policy("copy = [{ region = \"ap-shanghai\" }]\n");
    const Loaded result = directory.load();

    ASSERT_TRUE(result.settings);
    ASSERT_EQ(result.problems.size(), 1U);
    EXPECT_EQ(result.problems[0].severity, Severity::warning);
    EXPECT_EQ(result.settings->policies.at(0).replicas.size(), 1U);
}

TEST(CheckReport, CountsWhatWasReadOrWhatIsWrong) {
    const Problem error{"a.toml", 3, 9, Severity::error, "wrong"};
    const Problem warning{"b.toml", 0, 0, Severity::warning, "doubtful"};
    Settings settings;
    settings.accounts.resize(2);
    settings.policies.resize(1);

    EXPECT_EQ(check_report({settings, {}}), "1 policy, 2 accounts: no problems\n");
    EXPECT_EQ(
        check_report({settings, {warning}}),
        "b.toml: warning: doubtful\n1 policy, 2 accounts: 1 warning\n"
    );
    EXPECT_EQ(
        check_report({std::nullopt, {error, error, warning}}),
        "a.toml:3:9: error: wrong\na.toml:3:9: error: wrong\nb.toml: warning: doubtful\n"
        "2 errors, 1 warning\n"
    );
}

}  // namespace
}  // namespace cvmbackup

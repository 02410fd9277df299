// `cvmbackupctl verify` against the real service on a private bus.
#include "bus/support/stage.hpp"

#include <gmock/gmock.h>

namespace cvmbackup::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Verify : public ::testing::Test {
protected:
    void SetUp() override {
        comparison().pass = 3;
        comparison().begun = at("2027-01-04T07:59:00Z");
        comparison().ended = at("2027-01-04T08:00:00Z");
        comparison().places = 2;
    }

    Reconciliation& comparison() { return stage_.world.known_comparison; }

    void find(FindingKind kind, Mending mending, const std::string& image) {
        Finding finding;
        finding.kind = kind;
        finding.mending = mending;
        finding.place = {AccountName("prod"), Region("ap-guangzhou")};
        finding.object = image;
        finding.policy = PolicyName("web");
        finding.text = "image " + image + " is a riddle";
        comparison().findings.push_back(std::move(finding));
    }

    Stage stage_;
};

TEST_F(Verify, SaysThatCatalogAndCloudAgree) {
    const Ended agreed = stage_.ctl("verify");

    EXPECT_EQ(agreed.code, 0) << agreed.err;
    EXPECT_EQ(agreed.out, "Looked at 2 places: catalog and cloud agree.\n");
}

TEST_F(Verify, ShowsWhatWasFoundAndWhatWasDoneAboutIt) {
    find(FindingKind::missing, Mending::marked, "img-1");
    find(FindingKind::foreign, Mending::none, "img-2");

    const Ended found = stage_.ctl("verify");

    EXPECT_EQ(found.code, 1) << found.err;
    EXPECT_THAT(found.out, HasSubstr("missing  ap-guangzhou  img-1"));
    EXPECT_THAT(found.out, AllOf(HasSubstr("counts no more"), HasSubstr("left alone")));
    EXPECT_THAT(found.out, HasSubstr("image img-2 is a riddle"));
    EXPECT_THAT(found.out, HasSubstr("Looked at 2 places: 2 findings.\n"));
}

TEST_F(Verify, GivesAllFindingsAsJson) {
    for (int i = 0; i < 1500; ++i) {
        find(FindingKind::unknown, Mending::adopted, "img-" + std::to_string(i));
    }

    const Ended found = stage_.ctl("--json verify");

    EXPECT_EQ(found.code, 1) << found.err;
    EXPECT_THAT(found.out, HasSubstr("\"kind\": \"unknown\""));
    EXPECT_THAT(found.out, HasSubstr("\"object\": \"img-0\""));
    EXPECT_THAT(found.out, HasSubstr("\"object\": \"img-1499\""));
    EXPECT_THAT(found.out, HasSubstr("\"ended\": \"2027-01-04T08:00:00Z\""));
    EXPECT_THAT(found.out, HasSubstr("\"findings_total\": 1500"));
}

TEST_F(Verify, SaysWhichPlaceCouldNotBeLookedAt) {
    comparison().troubles = {"the images of ap-guangzhou: no permission"};

    const Ended partly = stage_.ctl("verify");

    EXPECT_EQ(partly.code, 3) << partly.err;
    EXPECT_THAT(partly.out, HasSubstr("Could not look at the images of ap-guangzhou"));
    EXPECT_THAT(partly.out, HasSubstr("Looked at 2 places: 0 findings.\n"));
}

TEST_F(Verify, LeavesLostCopiesToBeSeenInTheListOfPoints) {
    stage_.world.add_backup(1, Result::ok).copies[1].state = CopyState::lost;

    const Ended listed = stage_.ctl("points");

    EXPECT_EQ(listed.code, 0) << listed.err;
    EXPECT_THAT(listed.out, HasSubstr("image@ap-guangzhou, replica@ap-shanghai (lost)"));
}

}  // namespace
}  // namespace cvmbackup::test

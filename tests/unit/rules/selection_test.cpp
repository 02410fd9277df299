#include "rules/selection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace cvmbackup {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

Instance instance(const std::string& id, const std::string& name = "web-1") {
    Instance made;
    made.id = InstanceId(id);
    made.name = name;
    made.zone = "ap-guangzhou-3";
    made.state = "RUNNING";
    return made;
}

Instance in_state(const std::string& id, const std::string& state, const std::string& mode = "") {
    Instance made = instance(id);
    made.state = state;
    made.stop_charging_mode = mode;
    return made;
}

Instance tagged(const std::string& id, Tags tags) {
    Instance made = instance(id);
    made.tags = std::move(tags);
    return made;
}

Policy selecting(Criteria include, Criteria exclude = {}) {
    Policy policy;
    policy.region = Region("ap-guangzhou");
    policy.select = {std::move(include), std::move(exclude)};
    return policy;
}

std::vector<std::string> ids(const Selected& selected) {
    std::vector<std::string> found;
    for (const Instance& chosen : selected.chosen) {
        found.push_back(chosen.id.text());
    }
    return found;
}

bool name_matches(const std::string& pattern, const std::string& name) {
    Criteria criteria;
    criteria.names = {pattern};
    return matches(criteria, instance("ins-1", name));
}

TEST(Selection, TakesEverythingIfNothingIsDemanded) {
    const Selected selected =
        select_instances(selecting({}), {instance("ins-2"), instance("ins-1")});

    EXPECT_THAT(ids(selected), ElementsAre("ins-1", "ins-2"));
    EXPECT_THAT(selected.left_out, IsEmpty());
}

TEST(Selection, DemandsEveryTagKeyAndOneOfItsValues) {
    Criteria criteria;
    criteria.tags = {{"tier", {"web", "db"}}, {"env", {"live"}}};
    const Selected selected = select_instances(
        selecting(criteria),
        {tagged("ins-1", {{"tier", "web"}, {"env", "live"}}),
         tagged("ins-2", {{"tier", "db"}, {"env", "test"}}),
         tagged("ins-3", {{"tier", "db"}, {"env", "live"}}),
         tagged("ins-4", {{"env", "live"}})}
    );

    EXPECT_THAT(ids(selected), ElementsAre("ins-1", "ins-3"));
}

TEST(Selection, DemandsEveryKindOfCriteria) {
    Criteria criteria;
    criteria.tags = {{"tier", {"web"}}};
    criteria.zones = {"ap-guangzhou-4"};
    Instance elsewhere = tagged("ins-1", {{"tier", "web"}});
    Instance right = tagged("ins-2", {{"tier", "web"}});
    right.zone = "ap-guangzhou-4";

    EXPECT_FALSE(matches(criteria, elsewhere));
    EXPECT_TRUE(matches(criteria, right));
}

TEST(Selection, LeavesOutWhatMeetsAnyKindOfTheExcluded) {
    Criteria excluded;
    excluded.tags = {{"backup", {"off"}}};
    excluded.names = {"scratch-*"};
    const Selected selected = select_instances(
        selecting({}, excluded),
        {tagged("ins-1", {{"backup", "off"}}),
         instance("ins-2", "scratch-7"),
         instance("ins-3", "web-7")}
    );

    EXPECT_THAT(ids(selected), ElementsAre("ins-3"));
    EXPECT_THAT(selected.left_out, IsEmpty());
}

TEST(Selection, ImagesStoppedInstancesThatAreStillCharged) {
    const Selected selected = select_instances(
        selecting({}), {in_state("ins-1", "STOPPED", "KEEP_CHARGING"), in_state("ins-2", "STOPPED")}
    );

    EXPECT_THAT(ids(selected), ElementsAre("ins-1", "ins-2"));
}

TEST(Selection, SkipsInstancesStoppedWithoutChargingAndSaysWhatToDo) {
    const Selected selected =
        select_instances(selecting({}), {in_state("ins-1", "STOPPED", "STOP_CHARGING")});

    ASSERT_THAT(selected.left_out, SizeIs(1));
    EXPECT_EQ(selected.left_out[0].result, Result::skipped);
    EXPECT_EQ(selected.left_out[0].name, "web-1");
    EXPECT_THAT(
        selected.left_out[0].reason, AllOf(HasSubstr("STOP_CHARGING"), HasSubstr("start it"))
    );
}

TEST(Selection, SkipsOtherStatesByTheirName) {
    const Selected selected = select_instances(
        selecting({}), {in_state("ins-2", "REBOOTING"), in_state("ins-1", "PENDING")}
    );

    ASSERT_THAT(selected.left_out, SizeIs(2));
    EXPECT_THAT(selected.left_out[0].reason, HasSubstr("PENDING"));
    EXPECT_THAT(selected.left_out[1].reason, HasSubstr("REBOOTING"));
    EXPECT_THAT(selected.chosen, IsEmpty());
}

TEST(Selection, FailsForAListedInstanceThatIsNotThere) {
    Criteria criteria;
    criteria.instances = {InstanceId("ins-1"), InstanceId("ins-9"), InstanceId("ins-9")};
    const Selected selected = select_instances(selecting(criteria), {instance("ins-1")});

    EXPECT_THAT(ids(selected), ElementsAre("ins-1"));
    ASSERT_THAT(selected.left_out, SizeIs(1));
    EXPECT_EQ(selected.left_out[0].instance, InstanceId("ins-9"));
    EXPECT_EQ(selected.left_out[0].result, Result::failed);
    EXPECT_THAT(selected.left_out[0].reason, AllOf(HasSubstr("ap-guangzhou"), HasSubstr("gone")));
}

TEST(Selection, SaysNothingOfAnAbsentInstanceThatIsExcludedAnyway) {
    Criteria listed;
    listed.instances = {InstanceId("ins-9")};

    EXPECT_THAT(select_instances(selecting(listed, listed), {}).left_out, IsEmpty());
}

TEST(Selection, CountsAnInstanceOnceThatIsListedTwice) {
    const Selected selected =
        select_instances(selecting({}), {instance("ins-1"), instance("ins-1")});

    EXPECT_THAT(ids(selected), ElementsAre("ins-1"));
}

TEST(NamePatterns, KnowStarsAndQuestionMarks) {
    EXPECT_TRUE(name_matches("web-*", "web-"));
    EXPECT_TRUE(name_matches("*-db-*-1", "prod-db-eu-db-1"));
    EXPECT_TRUE(name_matches("web-??", "web-12"));
    EXPECT_FALSE(name_matches("web-?", "web-12"));
    EXPECT_FALSE(name_matches("web", "web-1"));
    EXPECT_FALSE(name_matches("web-*x", "web-1"));
    EXPECT_TRUE(name_matches("*", ""));
    EXPECT_FALSE(name_matches("?", ""));
}

TEST(NamePatterns, KnowSetsAndTheirComplements) {
    EXPECT_TRUE(name_matches("[ab]-1", "b-1"));
    EXPECT_FALSE(name_matches("[ab]-1", "c-1"));
    EXPECT_TRUE(name_matches("web-[0-4]", "web-3"));
    EXPECT_FALSE(name_matches("web-[0-4]", "web-5"));
    EXPECT_TRUE(name_matches("web-[!0-4]", "web-5"));
    EXPECT_FALSE(name_matches("web-[!0-4]", "web-3"));
    EXPECT_TRUE(name_matches("[]]", "]"));
    EXPECT_TRUE(name_matches("[a-]", "-"));
}

TEST(NamePatterns, TakeAnOpenSetLiterally) {
    EXPECT_TRUE(name_matches("web[1", "web[1"));
    EXPECT_FALSE(name_matches("web[1", "web1"));
    EXPECT_TRUE(name_matches("[", "["));
}

TEST(NamePatterns, EndOnHostileStarsWithoutDelay) {
    std::string pattern;
    for (int i = 0; i < 40; ++i) {
        pattern += "*a";
    }

    EXPECT_FALSE(name_matches(pattern + "b", std::string(4000, 'a')));
}

TEST(InstanceQueries, AskByIdWhereInstancesAreListed) {
    Selection selection;
    selection.include.instances = {InstanceId("ins-1")};
    selection.include.tags = {{"tier", {"web"}}};

    EXPECT_THAT(query_for(selection).ids, ElementsAre(InstanceId("ins-1")));
    EXPECT_THAT(query_for(selection).tags, IsEmpty());
}

TEST(InstanceQueries, AskForEverythingWhereMoreIdsAreListedThanOneCallTakes) {
    Selection selection;
    for (int i = 0; i <= 100; ++i) {
        selection.include.instances.emplace_back("ins-" + std::to_string(i));
    }

    EXPECT_EQ(query_for(selection), InstanceQuery{});
}

TEST(InstanceQueries, FilterByTagsOnTheServer) {
    Selection selection;
    selection.include.tags = {{"tier", {"web", "db"}}};
    selection.include.names = {"web-*"};

    EXPECT_THAT(query_for(selection).tags, ElementsAre(Pair("tier", ElementsAre("web", "db"))));
}

TEST(InstanceQueries, StayWithinTheServersLimits) {
    Selection selection;
    for (int i = 10; i < 22; ++i) {
        selection.include.tags["key" + std::to_string(i)] = {"value"};
    }
    selection.include.tags["key10"] = {"1", "2", "3", "4", "5", "6"};
    const InstanceQuery query = query_for(selection);

    EXPECT_THAT(query.tags, SizeIs(10));
    EXPECT_EQ(query.tags.count("key10"), 0U);
}

TEST(InstanceQueries, AskForEverythingWhereTheServerCannotHelp) {
    Selection selection;
    selection.include.names = {"web-*"};
    selection.exclude.tags = {{"backup", {"off"}}};

    EXPECT_EQ(query_for(selection), InstanceQuery{});
}

Instance with_disks() {
    Instance made = instance("ins-1");
    made.data_disks = {
        {DiskId("disk-1"), 100, "CLOUD_PREMIUM", false},
        {DiskId(), 200, "LOCAL_BASIC", false},
        {DiskId("disk-3"), 300, "CLOUD_SSD", true},
    };
    return made;
}

TEST(ImagedDisks, AreTheCloudDisksWithANoteForTheLocalOnes) {
    const ImagedDisks imaged = imaged_disks(with_disks(), Disks::all);

    ASSERT_THAT(imaged.disks, SizeIs(2));
    EXPECT_EQ(imaged.disks[0].id, DiskId("disk-1"));
    EXPECT_EQ(imaged.disks[1].id, DiskId("disk-3"));
    EXPECT_THAT(imaged.notes, ElementsAre(AllOf(HasSubstr("200 GiB"), HasSubstr("LOCAL_BASIC"))));
}

TEST(ImagedDisks, AreNoneIfOnlyTheSystemDiskIsAskedFor) {
    const ImagedDisks imaged = imaged_disks(with_disks(), Disks::system);

    EXPECT_THAT(imaged.disks, IsEmpty());
    EXPECT_THAT(imaged.notes, IsEmpty());
}

}  // namespace
}  // namespace cvmbackup

// The book of copies finds what it is for, and nothing else.
#include "copy_book.hpp"

#include "books_test.hpp"
#include "catalog/catalog.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

namespace cvmbackup::simulation {
namespace {

using namespace std::chrono_literals;

constexpr const char* bucket = "ops-backup-1250000000";

cloudsim::World world() {
    cloudsim::Account account;
    account.uin = "100000000001";
    account.app_id = 1250000000;
    cloudsim::Bucket with;
    with.name = bucket;
    with.region = "ap-guangzhou";
    account.buckets.push_back(with);
    cloudsim::World world;
    world.accounts.push_back(account);
    return world;
}

// One backup of one instance, whose image is asked for; the rules keep the newest that has ended.
class Copies : public testing::Test {
protected:
    Copies() {
        policy.name = PolicyName("web");
        policy.region = Region("ap-guangzhou");
        policy.keep.last = 1;
        backup.id = BackupId(1);
        backup.run = RunId(1);
        backup.policy = policy.name;
        backup.place = Place{AccountName("prod"), policy.region};
        backup.instance = InstanceId("ins-1");
        backup.due = begin;
        backup.copies = {copy_of(1, CopyKind::image)};
        backup.copies.front().state = CopyState::intended;
        cvmbackup::Run run;
        run.id = RunId(1);
        run.policy = policy.name;
        run.due = begin;
        Changes changes;
        changes.runs = {run};
        catalog->commit(changes);
        book.planning(policy.name, begin);
    }

    Copy copy_of(int id, CopyKind kind) const {
        Copy copy;
        copy.id = CopyId(id);
        copy.backup = backup.id;
        copy.kind = kind;
        copy.place = Place{AccountName("prod"), policy.region};
        copy.name = name;
        return copy;
    }

    Copy& image() { return backup.copies.front(); }

    // The backup as it is now, by the catalog.
    int committed() {
        Changes changes;
        changes.backups = {backup};
        catalog->commit(changes);
        return broken_by([&] { book.committed(changes, {policy}, begin); });
    }

    int is(CopyState state) {
        image().state = state;
        return committed();
    }

    void add(const std::string& id, const std::string& named) {
        cloudsim::Image image;
        image.id = id;
        image.name = named;
        image.uin = "100000000001";
        image.region = "ap-guangzhou";
        image.instance_id = "ins-1";
        image.disks.push_back({"", true, 50});
        cloud.state().add_image(std::move(image));
    }

    int acted(const std::string& action, const std::string& image) {
        cloudsim::RequestRecord record;
        record.time = begin + 10h;
        record.action = action;
        record.tasks.push_back({image, "", "", 0s});
        return broken_by([&] { book.acted(record); });
    }

    // The cloud makes it at the daemon's request.
    int makes(const std::string& id, const std::string& named) {
        add(id, named);
        return acted("CreateImage", id);
    }

    int deletes(const std::string& id) {
        book.arriving(true);
        cloud.state().remove_image(id, true);
        return acted("DeleteImages", id);
    }

    int deletes_object(const std::string& key) {
        book.arriving(true);
        cloud.state().buckets.at(bucket).objects.erase(key);
        return acted("cos:DeleteObject", "");
    }

    // The image is made and complete, and the catalog knows.
    void complete() {
        ASSERT_EQ(committed(), 0);
        ASSERT_EQ(makes("img-1", name), 0);
        image().image = ImageId("img-1");
        ASSERT_EQ(is(CopyState::accepted), 0);
        ASSERT_EQ(is(CopyState::done), 0);
    }

    void end() {
        backup.state = BackupState::finished;
        backup.result = Result::ok;
        backup.good = true;
        ASSERT_EQ(committed(), 0);
        book.planning(policy.name, begin + 48h);
    }

    // The instance's backup of the next day, whose image is complete.
    void begin_newer() {
        const std::string newer = "cb-web-ins-1-20270302T000000Z-1";
        backup.id = BackupId(2);
        backup.due = begin + 24h;
        backup.state = BackupState::running;
        image() = copy_of(2, CopyKind::image);
        image().name = newer;
        ASSERT_EQ(is(CopyState::intended), 0);
        ASSERT_EQ(makes("img-2", newer), 0);
        image().image = ImageId("img-2");
        ASSERT_EQ(is(CopyState::done), 0);
    }

    int at_rest() {
        return broken_by([&] { book.check_rest(); });
    }

    const std::string name = "cb-web-ins-1-20270301T000000Z-1";
    const std::string next_name = "cb-web-ins-1-20270301T000000Z-2";
    cloudsim::Cloud cloud{world()};
    std::unique_ptr<Catalog> catalog = open_catalog(":memory:");
    PinBook pins;
    Marks marks;
    CopyBook book{cloud, *catalog, pins, marks};
    Policy policy;
    Backup backup;
};

TEST_F(Copies, ThatAreMadeAndDeletedWithIntentsAreGood) {
    complete();
    EXPECT_EQ(at_rest(), 0);
    EXPECT_EQ(is(CopyState::deleting), 0);
    EXPECT_EQ(deletes("img-1"), 0);
    EXPECT_EQ(is(CopyState::deleted), 0);
    EXPECT_EQ(at_rest(), 0);
}

TEST_F(Copies, ThatAreMadeTwiceAreFound) {
    complete();
    image().state = CopyState::intended;
    image().name = next_name;
    EXPECT_EQ(committed(), 0);
    EXPECT_EQ(makes("img-2", next_name), 2);
}

TEST_F(Copies, ThatAreBegunWithoutAnIntentAreFound) {
    EXPECT_EQ(is(CopyState::planned), 0);
    EXPECT_EQ(makes("img-1", name), 2);
}

TEST_F(Copies, WhoseExportIsBegunWithoutAnIntentAreFound) {
    complete();
    EXPECT_EQ(acted("ExportImages", "img-1"), 2);
}

TEST_F(Copies, ThatAreSaidToBeThereAndAreNotAreFound) {
    EXPECT_EQ(committed(), 0);
    image().image = ImageId("img-1");
    EXPECT_EQ(is(CopyState::done), 3);
}

TEST_F(Copies, ThatAreSaidToBeThereAndAreNotCompleteAreFound) {
    EXPECT_EQ(committed(), 0);
    EXPECT_EQ(makes("img-1", name), 0);
    cloud.state().find_image("img-1")->state = "CREATING";
    image().image = ImageId("img-1");
    EXPECT_EQ(is(CopyState::done), 3);
}

TEST_F(Copies, ThatAreOfSomebodyElseAreFound) {
    EXPECT_EQ(committed(), 0);
    add("img-1", name);
    image().image = ImageId("img-1");
    EXPECT_EQ(is(CopyState::done), 3);
}

TEST_F(Copies, OfAGoodBackupThatFailedAreFound) {
    complete();
    backup.copies.push_back(copy_of(2, CopyKind::replica));
    backup.copies.back().place.region = Region("ap-shanghai");
    backup.copies.back().state = CopyState::failed;
    backup.state = BackupState::finished;
    backup.good = true;
    EXPECT_EQ(committed(), 3);
}

TEST_F(Copies, ThatARuleKeepsAndAreToBeDeletedAreFound) {
    complete();
    end();
    EXPECT_EQ(is(CopyState::deleting), 4);
}

TEST_F(Copies, ThatOnlyAPinKeepsAndAreToBeDeletedAreFound) {
    complete();
    end();
    const Backup older = backup;
    pins.pinned(older.id, std::nullopt);
    begin_newer();
    end();

    backup = older;
    EXPECT_EQ(is(CopyState::deleting), 4);
    pins.unpinned(older.id);
    book.planning(policy.name, begin + 48h);
    EXPECT_EQ(is(CopyState::deleting), 0);
}

TEST_F(Copies, ThatGoForAnotherThatIsGoneAreFound) {
    complete();
    end();
    const Backup older = backup;
    begin_newer();
    end();

    cloud.state().remove_image(image().image.text(), true);
    backup = older;
    EXPECT_EQ(is(CopyState::deleting), 4);
}

TEST_F(Copies, ThatAReplicaIsMadeOfAndAreDeletedAreFound) {
    complete();
    backup.copies.push_back(copy_of(2, CopyKind::replica));
    backup.copies.back().state = CopyState::accepted;
    EXPECT_EQ(is(CopyState::deleting), 0);
    EXPECT_EQ(deletes("img-1"), 4);
}

TEST_F(Copies, ThatAreDeletedWithoutAnIntentAreFound) {
    complete();
    EXPECT_EQ(deletes("img-1"), 4);
}

TEST_F(Copies, ThatAreDeletedLateAndWantedAgainAreFound) {
    complete();
    cloud.state().remove_image("img-1", true);
    cloudsim::RequestRecord late;
    late.action = "DeleteImages";
    late.is_late = true;
    EXPECT_EQ(broken_by([&] { book.acted(late); }), 4);
}

TEST_F(Copies, OfOthersThatAreDeletedAreFound) {
    add("img-golden", "golden-image");
    EXPECT_EQ(deletes("img-golden"), 4);
}

TEST_F(Copies, ThatSomebodyRenamedLongAgoAndAreDeletedAreFound) {
    complete();
    EXPECT_EQ(is(CopyState::deleting), 0);
    book.renamed("img-1", begin);
    EXPECT_EQ(deletes("img-1"), 4);
}

TEST_F(Copies, AsObjectsOfOthersThatAreDeletedAreFound) {
    cloudsim::BucketState& objects = cloud.state().buckets.at(bucket);
    cloud.state().put_object(objects, "web/readme.txt", {});
    EXPECT_EQ(deletes_object("web/readme.txt"), 4);
}

TEST_F(Copies, AsObjectsThatAreDeletedWithoutAnIntentAreFound) {
    cloudsim::BucketState& objects = cloud.state().buckets.at(bucket);
    cloudsim::ObjectVersion version;
    version.size = 64;
    cloud.state().put_object(objects, "web/1.qcow2", version);
    complete();
    Copy exported = copy_of(2, CopyKind::exported);
    exported.bucket = BucketName(bucket);
    StoredObject object;
    object.key = "web/1.qcow2";
    object.size_bytes = 64;
    exported.objects = {object};
    exported.state = CopyState::done;
    backup.copies.push_back(exported);
    EXPECT_EQ(committed(), 0);
    EXPECT_EQ(deletes_object("web/1.qcow2"), 4);
}

TEST_F(Copies, ThatAreSaidToBeLostOrDeletedAndAreThereAreFound) {
    complete();
    EXPECT_EQ(is(CopyState::lost), 5);
    EXPECT_EQ(is(CopyState::deleted), 5);
}

TEST_F(Copies, ThatTheCatalogDoesNotHaveAreFoundAtRest) {
    EXPECT_EQ(committed(), 0);
    EXPECT_EQ(makes("img-1", name), 0);
    EXPECT_EQ(at_rest(), 5);
}

TEST_F(Copies, ThatTheCloudDoesNotHaveAreFoundAtRestUnlessTheOperatorTookThemAway) {
    complete();
    cloud.state().remove_image("img-1", true);
    EXPECT_EQ(at_rest(), 5);
    book.taken_away("img-1");
    EXPECT_EQ(at_rest(), 0);
    EXPECT_EQ(broken_by([&] { book.check_noticed(); }), 5);
}

}  // namespace
}  // namespace cvmbackup::simulation

// A call whose answer was lost: looked for by name, and asked for again when it is not there.
#include "backup_machine_fixture.hpp"

namespace cvmbackup::machine_test {
namespace {

TEST_F(BackupMachine, ALostAnswerIsLookedForByNameAndAdopted) {
    intend_image();
    feed(event::Refused{{image_copy}, failure(Remedy::look_first, "Timeout")});
    EXPECT_EQ(copy(image_copy).state, CopyState::intended);
    now += only<action::Wait>().time;
    feed(event::TimePassed{{image_copy}});
    EXPECT_EQ(only<action::FindImage>().name, copy(image_copy).name);

    feed(event::Looked{image_copy, normal("img-found000")});

    EXPECT_EQ(only<action::WatchImage>().image, ImageId("img-found000"));
    EXPECT_EQ(copy(image_copy).state, CopyState::accepted);
}

TEST_F(BackupMachine, NothingIsAskedForAgainBeforeTheFenceHasPassed) {
    intend_image();
    feed(event::Refused{{image_copy}, failure(Remedy::look_first, "Timeout")});

    while (now < start + fence) {
        feed(event::Looked{image_copy, std::nullopt, true});
        EXPECT_EQ(copy(image_copy).state, CopyState::intended);
        EXPECT_LE(now + only<action::Wait>().time, start + fence);
        now += only<action::Wait>().time;
    }
    feed(event::Looked{image_copy, std::nullopt, true});

    EXPECT_EQ(only<action::AwaitTurn>().change, Change::create_image);
    EXPECT_EQ(copy(image_copy).name, "cb-web-ins-00000001-20270104T021500Z-1");
    EXPECT_EQ(copy(image_copy).attempt, 1);
}

TEST_F(BackupMachine, TheFenceDoesNotNoticeThatTheClockIsSet) {
    intend_image();
    feed(event::Refused{{image_copy}, failure(Remedy::look_first, "Timeout")});
    now += 5h;
    feed(event::ClockSet{5h});
    EXPECT_TRUE(actions.empty());

    feed(event::Looked{image_copy, std::nullopt, true});
    EXPECT_EQ(copy(image_copy).state, CopyState::intended);
    now += fence;
    feed(event::Looked{image_copy, std::nullopt, true});

    EXPECT_EQ(copy(image_copy).state, CopyState::planned);
}

TEST_F(BackupMachine, ASingleListThatLacksTheImageDecidesNothing) {
    intend_image();
    now += fence;

    feed(event::Looked{image_copy, std::nullopt});

    EXPECT_EQ(copy(image_copy).state, CopyState::intended);
    EXPECT_TRUE(only<action::FindImage>().twice);
}

TEST_F(BackupMachine, TheFenceBeginsAnewAfterARestart) {
    intend_image();
    now += 20h;
    feed(event::Resumed{});

    feed(event::Looked{image_copy, std::nullopt, true});
    EXPECT_EQ(copy(image_copy).state, CopyState::intended);
    now += fence;
    feed(event::Looked{image_copy, std::nullopt, true});

    EXPECT_EQ(copy(image_copy).state, CopyState::planned);
}

}  // namespace
}  // namespace cvmbackup::machine_test

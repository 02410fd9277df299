// The book of load finds what it is for, and nothing else.
#include "load_book.hpp"

#include "books_test.hpp"

#include <gtest/gtest.h>

namespace cvmbackup::simulation {
namespace {

using namespace std::chrono_literals;

TEST(LoadBook, ToleratesTriesWithGrowingPausesForADay) {
    LoadBook book;

    EXPECT_EQ(
        broken_by([&] {
            for (Instant at = begin; at < begin + 24h; at += 2min) {
                book.counted("CreateImage one", at);
            }
        }),
        0
    );
}

TEST(LoadBook, FindsACallThatComesBackEverySecond) {
    LoadBook book;

    EXPECT_EQ(
        broken_by([&] {
            for (int i = 0; i < 100; ++i) {
                book.counted("CreateImage one", begin + i * 1s);
            }
        }),
        6
    );
}

TEST(LoadBook, FindsMoreUnderWayThanTheLimitAllows) {
    Backup one;
    one.id = BackupId(1);
    one.copies.resize(1);
    one.copies[0].state = CopyState::accepted;
    Backup other = one;
    other.id = BackupId(2);
    other.copies[0].state = CopyState::intended;
    Changes changes;
    changes.backups = {one, other};

    LoadBook wide;
    EXPECT_EQ(broken_by([&] { wide.committed(changes, 2); }), 0);
    LoadBook narrow;
    EXPECT_EQ(broken_by([&] { narrow.committed(changes, 1); }), 6);
    changes.backups[0].copies[0].state = CopyState::planned;
    LoadBook waiting;
    EXPECT_EQ(broken_by([&] { waiting.committed(changes, 1); }), 0);
}

TEST(LoadBook, CountsEachWorkAlone) {
    LoadBook book;

    EXPECT_EQ(
        broken_by([&] {
            for (int i = 0; i < 1000; ++i) {
                book.counted("CreateImage " + std::to_string(i), begin + i * 1s);
            }
        }),
        0
    );
}

// Enough turns to judge a share by, one an hour.
int broken_by_share(const std::function<void(LoadBook&, int, Instant)>& request) {
    LoadBook book;
    return broken_by([&] {
        for (int i = 0; i < 3000; ++i) {
            request(book, i, begin + i * 1h);
        }
        book.check_share();
    });
}

TEST(LoadBook, FindsThatRetriesOfChangesAreTheLoad) {
    const auto retries_of_a_hundred = [](int retries) {
        return [retries](LoadBook& book, int i, Instant at) {
            const int image = i % 100 <= retries ? i - i % 100 : i;
            book.arriving("CreateImage " + std::to_string(image), true, at);
        };
    };

    EXPECT_EQ(broken_by_share(retries_of_a_hundred(48)), 0);
    EXPECT_EQ(broken_by_share(retries_of_a_hundred(52)), 6);
}

TEST(LoadBook, CountsAReadThatFailedAsARetryWhenItComesSoonerThanRegularly) {
    const auto read_again_after = [](Duration pause) {
        return [pause](LoadBook& book, int, Instant at) {
            book.arriving("DescribeImages", false, at);
            book.failed(at);
            book.arriving("DescribeImages", false, at + pause);
            book.failed(at + pause);
            book.arriving("DescribeImages", false, at + 2 * pause);
        };
    };

    EXPECT_EQ(broken_by_share(read_again_after(30s)), 0);
    EXPECT_EQ(broken_by_share(read_again_after(29s)), 6);
}

}  // namespace
}  // namespace cvmbackup::simulation

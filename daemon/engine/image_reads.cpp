#include "engine/image_reads.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

Task<Outcome<std::vector<Image>>> list_images(Cloud& cloud, Place place, std::vector<ImageId> ids) {
    Outcome<std::vector<Image>> images = co_await cloud.own_images(place);
    if (images) {
        std::erase_if(*images, [&](const Image& image) {
            return std::ranges::find(ids, image.id) == ids.end();
        });
    }
    co_return images;
}

}  // namespace

Task<Outcome<std::vector<Image>>> read_images(Cloud& cloud, Place place, std::vector<ImageId> ids) {
    std::vector<Image> all;
    for (std::size_t begin = 0; begin < ids.size(); begin += ids_per_call) {
        const std::size_t end = std::min(ids.size(), begin + ids_per_call);
        std::vector<ImageId> some(
            ids.begin() + static_cast<std::ptrdiff_t>(begin),
            ids.begin() + static_cast<std::ptrdiff_t>(end)
        );
        const Outcome<std::vector<Image>> images = co_await cloud.images(place, std::move(some));
        if (!images && images.error().remedy == Remedy::give_up) {
            co_return co_await list_images(cloud, place, ids);
        }
        if (!images) {
            co_return images.error();
        }
        all.insert(all.end(), images->begin(), images->end());
    }
    co_return all;
}

}  // namespace cvmbackup

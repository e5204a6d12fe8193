#include "objects/testing/local_gateway.h"

#include <chrono>
#include <filesystem>
#include <thread>

#include "base/json.h"

namespace hikkoshi::objects {

LocalGateway::LocalGateway() {
  const std::string folder = folder_.path() + "/gateway", log = folder_.path() + "/log";
  process_ = std::make_unique<BackgroundProcess>(
      std::vector<std::string>{"python3", HIKKOSHI_LAB "/gateway.py", folder, "--account",
                               "old:OLDKEY:old-secret", "--account", "new:NEWKEY:new-secret",
                               "--bucket", "old/old-images", "--bucket", "new/new-images",
                               "--reader", "old/old-images:new"},
      log);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(100);
  while (!std::filesystem::exists(folder + "/ready")) {
    if (process_->exited() || std::chrono::steady_clock::now() > deadline) {
      throw Error(Retry::never, "the gateway did not start: " + read_file(log));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  server_ = parse_json(read_file(folder + "/ready"), "ready").at("endpoint");
}

S3Options LocalGateway::options(const std::string& side, const std::string& account) const {
  S3Options options;
  options.address = {server_, side + "-images", "default"};
  options.credentials = [account](bool) {
    const bool old = account == "old";
    return aws::Credentials{old ? "OLDKEY" : "NEWKEY", Secret(account + "-secret"), {}};
  };
  return options;
}

std::unique_ptr<S3Bucket> LocalGateway::bucket(const std::string& side, const std::string& account,
                                               std::uint64_t part_size) {
  S3Options wanted = options(side, account);
  wanted.part_size = part_size;
  wanted.copy_part = 2 * part_size;
  return std::make_unique<S3Bucket>(side + ".images", std::move(wanted), clock_);
}

void empty(Bucket& bucket) {
  for (Page page = bucket.list({}); !page.objects.empty(); page = bucket.list({})) {
    std::vector<std::string> keys;
    for (const ObjectInfo& info : page.objects) keys.push_back(info.key);
    bucket.remove(keys);
  }
}

}  // namespace hikkoshi::objects

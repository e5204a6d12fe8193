// The object copy of the product alone, for the benchmark: what the step copy-objects does, without
// a move around it. Credentials come from OLD_ACCESS_KEY_ID, OLD_SECRET_ACCESS_KEY and NEW_....
//
//   objects_bench copy OLD_ENDPOINT OLD_BUCKET NEW_ENDPOINT NEW_BUCKET LEDGER stream|server
//   objects_bench list ENDPOINT BUCKET
#include <cstdint>
#include <cstdlib>
#include <future>
#include <stop_token>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/secret.h"
#include "objects/ledger.h"
#include "objects/listing.h"
#include "objects/object_copy.h"
#include "objects/s3_bucket.h"

namespace {

using namespace hikkoshi;
using namespace hikkoshi::objects;

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? value : "";
}

S3Bucket bucket(const std::string& side, std::string endpoint, std::string name, Clock& clock) {
  const aws::Credentials credentials{.key = variable(side + "_ACCESS_KEY_ID"),
                                     .secret = Secret(variable(side + "_SECRET_ACCESS_KEY")),
                                     .token = Secret("")};
  S3Options options;
  options.address = {.server = std::move(endpoint), .bucket = std::move(name), .region = "default"};
  options.credentials = [credentials](bool) {
    return credentials;
  };
  return S3Bucket(side, std::move(options), clock);
}

int copy(const std::vector<std::string>& given) {
  SystemClock clock;
  S3Bucket from = bucket("OLD", given[1], given[2], clock);
  S3Bucket to = bucket("NEW", given[3], given[4], clock);
  Ledger ledger(given[5]);
  PassOptions options;
  options.server_side = given[6] == "server";
  const PassResult result = ObjectCopy(from, to, ledger, clock).pass(options);
  fmt::print("{} listed, {} copied ({} by the server), {} unchanged, {} bytes, {} workers\n",
             result.listed, result.copied, result.by_server, result.unchanged, result.bytes,
             result.workers);
  for (const std::string& failure : result.failures) fmt::print(stderr, "{}\n", failure);
  return result.failed + result.missed == 0 ? 0 : 1;
}

// As a pass lists: ranges side by side, each as a stream.
int list(const std::vector<std::string>& given) {
  SystemClock clock;
  S3Bucket store = bucket("OLD", given[1], given[2], clock);
  Ledger ledger("");
  const Patience patience{.clock = clock};
  std::vector<std::future<std::uint64_t>> counts;
  for (const KeyRange& range : divide(store, ledger, CopyLimits{}.listers, patience, {})) {
    counts.push_back(std::async(std::launch::async, [&store, &patience, range] {
      std::uint64_t count = 0;
      for (Listing listing(store, range, patience, {}); listing.peek(); listing.take()) ++count;
      return count;
    }));
  }
  std::uint64_t all = 0;
  for (auto& count : counts) all += count.get();
  fmt::print("{} keys in {} ranges\n", all, counts.size());
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> given(arguments + 1, arguments + count);
  if (given.size() == 7 && given[0] == "copy") return copy(given);
  if (given.size() == 3 && given[0] == "list") return list(given);
  fmt::print(stderr,
             "usage: objects_bench copy OLD_ENDPOINT OLD_BUCKET NEW_ENDPOINT NEW_BUCKET LEDGER"
             " stream|server\n       objects_bench list ENDPOINT BUCKET\n");
  return 64;
}

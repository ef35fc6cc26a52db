// Beats and key of files by the qm-dsp library, with the settings that Mixxx has: for comparison.
// queen_mary PATH...; prints for each: path, key, seconds of CPU, beats in seconds with commas, with tabs between.
#include <sndfile.h>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <vector>
#include <dsp/keydetection/GetKeyMode.h>
#include <dsp/onsets/DetectionFunction.h>
#include <dsp/tempotracking/TempoTrackV2.h>

static double cpu_secs() { return double(std::clock()) / CLOCKS_PER_SEC; }

static bool read_mono(const char* path, std::vector<double>& mono, int& rate) {
    SF_INFO info = {};
    SNDFILE* file = sf_open(path, SFM_READ, &info);
    if (!file) return false;
    std::vector<double> block(size_t(4096) * info.channels);
    for (sf_count_t got; (got = sf_readf_double(file, block.data(), 4096)) > 0;) {
        for (sf_count_t frame = 0; frame < got; ++frame) {
            double sum = 0;
            for (int channel = 0; channel < info.channels; ++channel) sum += block[frame * info.channels + channel];
            mono.push_back(sum / info.channels);
        }
    }
    sf_close(file);
    rate = info.samplerate;
    return !mono.empty();
}

static std::vector<double> beats_of(const std::vector<double>& mono, int rate) {
    const size_t step = size_t(rate * 0.01161);
    size_t size = 1;
    while (size < size_t(rate) / 50) size *= 2;
    DFConfig config = {};
    config.stepSize = step;
    config.frameLength = size;
    config.DFType = DF_COMPLEXSD;
    config.dbRise = 3;
    config.whiteningRelaxCoeff = -1;
    config.whiteningFloor = -1;
    DetectionFunction function(config);
    std::vector<double> df, frame(size);
    // The frame's middle is the time that it stands for.
    for (size_t at = 0; at < mono.size(); at += step) {
        for (size_t i = 0; i < size; ++i) {
            const long from = long(at + i) - long(size / 2);
            frame[i] = from >= 0 && size_t(from) < mono.size() ? mono[from] : 0;
        }
        df.push_back(function.processTimeDomain(frame.data()));
    }
    size_t end = df.size();
    while (end > 0 && df[end - 1] <= 0) --end;
    std::vector<double> used, periods(df.size(), 0), tempi, beats;
    for (size_t i = 2; i < end; ++i) used.push_back(df[i]);
    periods.resize(used.size());
    if (used.size() < 300) return {};
    TempoTrackV2 tracker(rate, step);
    tracker.calculateBeatPeriod(used, periods, tempi);
    tracker.calculateBeats(used, periods, beats);
    for (double& beat : beats) beat = (beat + 2) * double(step) / rate;
    return beats;
}

static int key_of(const std::vector<double>& mono, int rate) {
    GetKeyMode keys(rate, 440, 10, 10);
    const size_t size = keys.getBlockSize(), hop = keys.getHopSize();
    std::vector<double> frame(size);
    std::vector<int> counts(25);
    for (size_t at = 0; at + size <= mono.size(); at += hop) {
        std::copy(mono.begin() + long(at), mono.begin() + long(at + size), frame.begin());
        const int key = keys.process(frame.data());
        if (key >= 0 && key < 25) ++counts[size_t(key)];
    }
    return int(std::max_element(counts.begin() + 1, counts.end()) - counts.begin());
}

int main(int count, char** paths) {
    for (int index = 1; index < count; ++index) {
        std::vector<double> mono;
        int rate = 0;
        const double start = cpu_secs();
        if (!read_mono(paths[index], mono, rate)) continue;
        const std::vector<double> beats = beats_of(mono, rate);
        const int key = key_of(mono, rate);
        std::printf("%s\t%d%s\t%.3f\t", paths[index], (key - 1) % 12, key > 12 ? "m" : "", cpu_secs() - start);
        for (size_t i = 0; i < beats.size(); ++i) std::printf(i ? ",%.4f" : "%.4f", beats[i]);
        std::printf("\n");
        std::fflush(stdout);
    }
}

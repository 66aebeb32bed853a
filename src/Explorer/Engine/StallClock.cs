using System.Diagnostics;

namespace Testbed.Explorer;

/// <summary>Tells when an engine has taken no step for too long. Its user's thread only.</summary>
/// <param name="limit">How long that is.</param>
internal sealed class StallClock(TimeSpan limit)
{
    private long _beats = -1;
    private long _since = Stopwatch.GetTimestamp();

    /// <summary>How long the engine has taken no step, if that is too long; else null.</summary>
    internal TimeSpan? Find(EngineWatch watch)
    {
        long beats = watch.Beats;
        if (beats != _beats || !watch.IsRunning)
        {
            _beats = beats;
            _since = Stopwatch.GetTimestamp();
            return null;
        }

        TimeSpan silence = Stopwatch.GetElapsedTime(_since);
        return silence < limit ? null : silence;
    }
}

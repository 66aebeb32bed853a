namespace Testbed.Explorer;

/// <summary>Tells when an engine has taken no step for too long. Its user's thread only.</summary>
/// <remarks>
/// Of the time between two looks only a little counts: if its user did not come to look for longer, the machine was
/// busy with others or stood still, and the engine may not have had a processor either.
/// </remarks>
/// <param name="limit">How long is too long.</param>
/// <param name="time">Whose time counts; null for the machine's.</param>
internal sealed class StallClock(TimeSpan limit, TimeProvider? time = null)
{
    /// <summary>A few times the period in which users look.</summary>
    private static readonly TimeSpan s_longestLook = TimeSpan.FromMilliseconds(200);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private long _beats = -1;
    private long _looked;
    private TimeSpan _silence;

    /// <summary>How long the engine has taken no step, if that is too long; else null.</summary>
    internal TimeSpan? Find(EngineWatch watch)
    {
        long beats = watch.Beats;
        long now = _time.GetTimestamp();
        TimeSpan sinceLook = _time.GetElapsedTime(_looked, now);
        _looked = now;
        if (beats != _beats || !watch.IsRunning)
        {
            _beats = beats;
            _silence = TimeSpan.Zero;
            return null;
        }

        _silence += sinceLook < s_longestLook ? sinceLook : s_longestLook;
        return _silence < limit ? null : _silence;
    }
}

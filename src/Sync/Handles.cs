namespace Testbed.Sync;

/// <summary>A lock of an engine, made by <see cref="ISync.CreateMutex"/>. Not re-entrant. The seed's <c>Lock</c>.</summary>
/// <remarks>A handle is plain data, so it may be stored in unmanaged structures. Default is no lock.</remarks>
/// <param name="handle">What the engine that made it finds it by.</param>
public readonly struct Mutex(nint handle)
{
    /// <summary>What the engine that made it finds it by; 0 is no lock.</summary>
    public nint Handle { get; } = handle;
}

/// <summary>
/// A one-shot event of an engine, made by <see cref="ISync.CreateNote"/>: cleared, slept on by one thread, woken once.
/// The seed's <c>Note</c>.
/// </summary>
/// <remarks>A wake may come before the sleep. A handle is plain data. Default is no note.</remarks>
/// <param name="handle">What the engine that made it finds it by.</param>
public readonly struct Note(nint handle)
{
    /// <summary>What the engine that made it finds it by; 0 is no note.</summary>
    public nint Handle { get; } = handle;
}

/// <summary>A thread of an engine, made by <see cref="ISync.StartThread"/>.</summary>
/// <remarks>A handle is plain data. Default is no thread.</remarks>
/// <param name="handle">What the engine that made it finds it by.</param>
public readonly struct SyncThread(nint handle)
{
    /// <summary>What the engine that made it finds it by; 0 is no thread.</summary>
    public nint Handle { get; } = handle;
}

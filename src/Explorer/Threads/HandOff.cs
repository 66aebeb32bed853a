namespace Testbed.Explorer;

/// <summary>How a thread lets another one go on and waits for its own turn.</summary>
internal enum HandOff
{
    /// <summary>By a word in memory and Linux's futex; the threads of a worker share one processor.</summary>
    Futex,

    /// <summary>By .NET's semaphore, anywhere.</summary>
    Semaphore,
}

/// <summary>What there is on this system.</summary>
internal static class HandOffs
{
    /// <summary>The fastest one.</summary>
    internal static HandOff Fastest => FutexParker.IsSupported ? HandOff.Futex : HandOff.Semaphore;
}

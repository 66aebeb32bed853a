namespace Testbed.Explorer;

/// <summary>
/// Where one thread waits for its turn. A signal that comes before the wait is not lost; two are as one.
/// </summary>
internal abstract class Parker : IDisposable
{
    /// <summary>
    /// Lets the waiting thread go on. Any thread; orders what it did before against what follows the wait.
    /// </summary>
    internal abstract void Signal();

    /// <summary>Waits for a signal. Only the parker's own thread.</summary>
    internal abstract void Wait();

    /// <inheritdoc/>
    public abstract void Dispose();

    internal static Parker Create(HandOff handOff)
        => handOff == HandOff.Futex ? new FutexParker() : new SemaphoreParker();
}

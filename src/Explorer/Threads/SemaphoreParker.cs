using System.Threading;

namespace Testbed.Explorer;

/// <summary>The portable parker.</summary>
internal sealed class SemaphoreParker : Parker
{
    private readonly SemaphoreSlim _semaphore = new(0);

    /// <summary>1 while a signal waits to be taken, so that the semaphore's count stays at 1 at most.</summary>
    private int _signalled;

    internal override void Signal()
    {
        if (Interlocked.Exchange(ref _signalled, 1) == 0)
        {
            _semaphore.Release();
        }
    }

    internal override void Wait()
    {
        _semaphore.Wait();
        Interlocked.Exchange(ref _signalled, 0);
    }

    public override void Dispose() => _semaphore.Dispose();
}

using System.Runtime.CompilerServices;
using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// What <see cref="Goroutine{TSync}.Send(Reference, Reference)"/>, <see cref="Goroutine{TSync}.Receive"/> and
/// <see cref="Goroutine{TSync}.Select"/> return. Nothing happens before it is awaited; it is awaited once.
/// </summary>
/// <typeparam name="TSync">The engine.</typeparam>
public readonly struct ChannelAwaitable<TSync> : ICriticalNotifyCompletion
    where TSync : struct, ISync
{
    private readonly Goroutine<TSync> _goroutine;
    private readonly ChannelCase _only;
    private readonly ChannelCase[]? _cases;

    internal ChannelAwaitable(Goroutine<TSync> goroutine, ChannelCase only)
    {
        _goroutine = goroutine;
        _only = only;
    }

    internal ChannelAwaitable(Goroutine<TSync> goroutine, ChannelCase[] cases)
    {
        _goroutine = goroutine;
        _cases = cases;
    }

    /// <summary>
    /// Whether the goroutine need not wait. It does what can be done at once; otherwise it stands in the queues with
    /// their locks held, until <see cref="UnsafeOnCompleted"/> parks it.
    /// </summary>
    public bool IsCompleted => _goroutine.TryOperate(_cases is null ? [_only] : _cases);

    /// <summary>The awaiter: the same.</summary>
    /// <returns>This value.</returns>
    public ChannelAwaitable<TSync> GetAwaiter() => this;

    /// <summary>How the operation ended.</summary>
    /// <returns>The case that was done, and what was received.</returns>
    /// <exception cref="ChannelClosedException">It was sent to a closed channel.</exception>
    public ChannelResult GetResult() => _goroutine.EndOperation();

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation)
        => _goroutine.ParkInQueues(_cases is null ? [_only] : _cases, continuation);
}

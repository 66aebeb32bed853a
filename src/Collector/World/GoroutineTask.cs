using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Testbed.Collector;

/// <summary>
/// What the async body of a goroutine returns. It runs on whichever M has the goroutine, never on a thread pool:
/// awaiting <see cref="Goroutine{TSync}.Yield"/> or <see cref="Goroutine{TSync}.Join"/> gives the M back.
/// </summary>
/// <remarks>
/// One goroutine owns it. A body may await other methods of its own goroutine that return this type, and nothing else:
/// a continuation that another thread runs would leave the world.
/// </remarks>
[AsyncMethodBuilder(typeof(GoroutineTaskMethodBuilder))]
public sealed class GoroutineTask
{
    private Exception? _exception;
    private Action? _continuation;

    internal GoroutineTask()
    {
    }

    /// <summary>A task that has ended, for bodies that never await.</summary>
    internal static GoroutineTask Completed { get; } = new() { IsCompleted = true };

    /// <summary>Whether the body has ended.</summary>
    internal bool IsCompleted { get; private set; }

    /// <summary>The method that goes on with the body after an await; null before its first.</summary>
    internal Action? MoveNext { get; set; }

    /// <summary>Waits for a method of the same goroutine.</summary>
    /// <returns>The awaiter.</returns>
    public Awaiter GetAwaiter() => new(this);

    /// <summary>Throws what the body threw, if it did.</summary>
    internal void ThrowIfFailed()
    {
        if (_exception is not null)
        {
            ExceptionDispatchInfo.Throw(_exception);
        }
    }

    internal void Complete(Exception? exception)
    {
        _exception = exception;
        IsCompleted = true;
        _continuation?.Invoke();
    }

    /// <summary>Awaits a <see cref="GoroutineTask"/>.</summary>
    public readonly struct Awaiter : ICriticalNotifyCompletion
    {
        private readonly GoroutineTask _task;

        internal Awaiter(GoroutineTask task) => _task = task;

        /// <summary>Whether the method has ended.</summary>
        public bool IsCompleted => _task.IsCompleted;

        /// <summary>Throws what the method threw, if it did.</summary>
        public void GetResult() => _task.ThrowIfFailed();

        /// <inheritdoc/>
        public void OnCompleted(Action continuation) => _task._continuation = continuation;

        /// <inheritdoc/>
        public void UnsafeOnCompleted(Action continuation) => _task._continuation = continuation;
    }
}

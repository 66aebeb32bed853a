using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Testbed.Collector;

/// <summary>Builds <see cref="GoroutineTask"/>s; for the compiler.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GoroutineTaskMethodBuilder
{
    private GoroutineTaskMethodBuilder(GoroutineTask task) => Task = task;

    /// <summary>The task of this run of the method.</summary>
    public GoroutineTask Task { get; }

    /// <summary>A builder for one run of a method.</summary>
    /// <returns>The builder.</returns>
    public static GoroutineTaskMethodBuilder Create() => new(new GoroutineTask());

    /// <summary>Runs the method up to its first wait.</summary>
    /// <typeparam name="TStateMachine">The method's state.</typeparam>
    /// <param name="stateMachine">The method's state.</param>
    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Performance", "CA1822:Mark members as static", Justification = "The compiler calls it on an instance.")]
    public void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
        => stateMachine.MoveNext();

    /// <summary>Nothing to do: the state is boxed at the first wait.</summary>
    /// <param name="stateMachine">The method's state.</param>
    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Performance", "CA1822:Mark members as static", Justification = "The compiler calls it on an instance.")]
    public void SetStateMachine(IAsyncStateMachine stateMachine) => ArgumentNullException.ThrowIfNull(stateMachine);

    /// <summary>Ends the method.</summary>
    public void SetResult() => Task.Complete(null);

    /// <summary>Ends the method with an exception.</summary>
    /// <param name="exception">The exception.</param>
    public void SetException(Exception exception) => Task.Complete(exception);

    /// <summary>Leaves the method until the awaited thing goes on with it.</summary>
    /// <typeparam name="TAwaiter">The awaited thing.</typeparam>
    /// <typeparam name="TStateMachine">The method's state.</typeparam>
    /// <param name="awaiter">The awaited thing.</param>
    /// <param name="stateMachine">The method's state.</param>
    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine
        => awaiter.OnCompleted(MoveNextOf(ref stateMachine));

    /// <inheritdoc cref="AwaitOnCompleted"/>
    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine
        => awaiter.UnsafeOnCompleted(MoveNextOf(ref stateMachine));

    /// <summary>The method's continuation; its state moves to the heap on the first call.</summary>
    private Action MoveNextOf<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        if (Task.MoveNext is null)
        {
            var box = new Box<TStateMachine>();
            Task.MoveNext = box.MoveNext;
            box.StateMachine = stateMachine;
        }

        return Task.MoveNext;
    }

    private sealed class Box<TStateMachine>
        where TStateMachine : IAsyncStateMachine
    {
        /// <summary>The method's state, which changes with each step.</summary>
        internal TStateMachine? StateMachine;

        internal void MoveNext() => StateMachine!.MoveNext();
    }
}

namespace Testbed.Collector;

/// <content>Channels. The seed's <c>chan.c</c>.</content>
/// <remarks>
/// The words of a channel are its own: to write them as those of another object breaks it. Operations on channels are
/// safepoints, and keep the channel and what is sent alive themselves.
/// </remarks>
public sealed unsafe partial class Goroutine<TSync>
{
    /// <summary>How the operation ended that did not wait.</summary>
    private ChannelResult _result;

    /// <summary>The newest waiter of the operation that waits, or null.</summary>
    private Waiter* _waiters;

    /// <summary>Makes a channel. A safepoint before the allocation. The seed's <c>makechan</c>.</summary>
    /// <param name="type">What it carries.</param>
    /// <param name="capacity">How many elements it holds while nobody receives; 0 or more.</param>
    /// <returns>The channel, which nothing roots yet.</returns>
    /// <exception cref="HeapExhaustedException">There is no room, even after a collection.</exception>
    /// <exception cref="ArgumentException">The type was not registered with this world.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is negative.</exception>
    public Reference MakeChannel(ChannelType type, int capacity)
    {
        Reference channel = AllocateBuffered(type.Type, capacity);
        TSync.Write(&((Channel*)channel.Address)->Type, type.Type.Info);
        return channel;
    }

    /// <summary>Sends a reference: <c>await g.Send(channel, value)</c>. Waits until it is received or buffered.</summary>
    /// <param name="channel">A channel of references; one that is null takes none, ever.</param>
    /// <param name="value">The reference; null is allowed.</param>
    /// <returns>What to await. It throws <see cref="ChannelClosedException"/> if the channel is closed, also meanwhile.</returns>
    public ChannelAwaitable<TSync> Send(Reference channel, Reference value)
        => new(this, ChannelCase.Send(channel, value));

    /// <summary>Sends a number: <c>await g.Send(channel, value)</c>. Waits until it is received or buffered.</summary>
    /// <param name="channel">A channel of numbers; one that is null takes none, ever.</param>
    /// <param name="value">The number.</param>
    /// <returns>What to await. It throws <see cref="ChannelClosedException"/> if the channel is closed, also meanwhile.</returns>
    public ChannelAwaitable<TSync> Send(Reference channel, long value)
        => new(this, ChannelCase.Send(channel, value));

    /// <summary>Receives: <c>await g.Receive(channel)</c>. Waits until something is sent, or the channel closed.</summary>
    /// <param name="channel">A channel; one that is null gives nothing, ever.</param>
    /// <returns>What to await.</returns>
    public ChannelAwaitable<TSync> Receive(Reference channel) => new(this, ChannelCase.Receive(channel));

    /// <summary>
    /// Does one of several things, whichever is ready first; of those that are ready at once, any:
    /// <c>await g.Select(...)</c>. Without one that can ever be ready it waits for ever.
    /// </summary>
    /// <param name="cases">The things; not to be changed before the wait has ended.</param>
    /// <returns>What to await. It throws <see cref="ChannelClosedException"/> if it sent to a closed channel.</returns>
    public ChannelAwaitable<TSync> Select(params ChannelCase[] cases)
    {
        ArgumentNullException.ThrowIfNull(cases);
        return new ChannelAwaitable<TSync>(this, cases);
    }

    /// <summary>Does one of several things if one is ready. A select with a default.</summary>
    /// <param name="cases">The things.</param>
    /// <returns>Which was done and what was received; case -1 if none was ready.</returns>
    /// <exception cref="ChannelClosedException">It sent to a closed channel.</exception>
    /// <exception cref="ArgumentException">A channel is none of this world, or carries something else.</exception>
    /// <exception cref="InvalidOperationException">The goroutine is in a system call.</exception>
    /// <exception cref="WorldFailedException">The world has failed.</exception>
    public ChannelResult TrySelect(params ReadOnlySpan<ChannelCase> cases)
    {
        BeginOperation(cases);
        LockSet<TSync> locks = _world.Channels.LocksOf(cases);
        locks.Enter();
        bool done = ChannelTable<TSync>.TryOperate(cases, out ChannelTable<TSync>.Operation operation);
        locks.Exit();
        return done ? Complete(cases, operation) : ChannelResult.None;
    }

    /// <summary>
    /// Closes a channel: what it holds can still be received; then those who receive get nothing, at once, and those
    /// who send, also those who wait, get a <see cref="ChannelClosedException"/>. The seed's <c>closechan</c>.
    /// </summary>
    /// <param name="channel">A channel.</param>
    /// <exception cref="ChannelClosedException">It is closed.</exception>
    /// <exception cref="ArgumentException">It is null, or no channel of this world.</exception>
    /// <exception cref="InvalidOperationException">The goroutine is in a system call.</exception>
    /// <exception cref="WorldFailedException">The world has failed.</exception>
    public void Close(Reference channel)
    {
        Channel* target = ChannelAt(channel);
        BeginOperation([ChannelCase.Receive(channel)]);
        LockSet<TSync> locks = _world.Channels.LockOf(channel);
        locks.Enter();
        bool closed = TSync.Read(&target->Closed) != 0;
        Waiter* waiter = closed ? null : ChannelTable<TSync>.Close(target);
        locks.Exit();
        if (closed)
        {
            throw new ChannelClosedException("close of a closed channel");
        }

        while (waiter != null)
        {
            // Read before its goroutine may run, and pop it.
            Waiter* next = TSync.Read(&waiter->Next);
            Ready(TSync.Read(&waiter->Goroutine));
            waiter = next;
        }
    }

    /// <summary>How many elements a channel holds now. The seed's <c>len</c>.</summary>
    /// <param name="channel">A channel.</param>
    /// <returns>From 0 to its capacity.</returns>
    /// <exception cref="ArgumentException">It is null, or no channel of this world.</exception>
    /// <exception cref="InvalidOperationException">The goroutine is in a system call.</exception>
    public int CountOf(Reference channel)
    {
        Channel* target = ChannelAt(channel);
        LockSet<TSync> locks = _world.Channels.LockOf(channel);
        locks.Enter();
        int count = TSync.Read(&target->Count);
        locks.Exit();
        return count;
    }

    /// <summary>How many elements a channel can hold. The seed's <c>cap</c>.</summary>
    /// <param name="channel">A channel.</param>
    /// <returns>What it was made with.</returns>
    /// <exception cref="ArgumentException">It is null, or no channel of this world.</exception>
    /// <exception cref="InvalidOperationException">The goroutine is in a system call.</exception>
    public int CapacityOf(Reference channel) => (int)TSync.Read(&ChannelAt(channel)->Capacity);

    /// <summary>Does one of some cases, or puts the goroutine into the queues of all and keeps their locks.</summary>
    /// <returns>Whether it was done.</returns>
    internal bool TryOperate(ReadOnlySpan<ChannelCase> cases)
    {
        BeginOperation(cases);
        LockSet<TSync> locks = _world.Channels.LocksOf(cases);
        locks.Enter();
        if (ChannelTable<TSync>.TryOperate(cases, out ChannelTable<TSync>.Operation operation))
        {
            locks.Exit();
            _result = Complete(cases, operation);
            return true;
        }

        _waiters = _world.Channels.Push(_g, cases);
        ChannelTable<TSync>.Enqueue(_waiters);
        return false;
    }

    /// <summary>Parks the goroutine that stands in the queues of some cases; their locks are left once it waits.</summary>
    internal void ParkInQueues(ReadOnlySpan<ChannelCase> cases, Action continuation)
    {
        WaitReason reason = cases.Length != 1
            ? WaitReason.Select
            : cases[0].Sends ? WaitReason.ChannelSend : WaitReason.ChannelReceive;
        ParkOn(reason, _world.Channels.LocksOf(cases)).UnsafeOnCompleted(continuation);
    }

    /// <summary>How the operation ended, after a wait or without.</summary>
    internal ChannelResult EndOperation()
    {
        Waiter* waiters = _waiters;
        if (waiters == null)
        {
            return _result;
        }

        // With one waiter, whoever took it off its queue has left nothing to be taken off.
        if (TSync.Read(&waiters->Older) != null)
        {
            LockSet<TSync> locks = _world.Channels.LocksOf(waiters);
            locks.Enter();
            ChannelTable<TSync>.Dequeue(waiters);
            locks.Exit();
        }

        Waiter* fired = ChannelTable<TSync>.FindFired(waiters);
        int number = (int)TSync.Read(&fired->Case);
        bool closed = TSync.Read(&fired->Closed) != 0;
        bool sent = TSync.Read(&fired->Sends) != 0;
        nint element = TSync.Read(&fired->Element);
        Channel* channel = TSync.Read(&fired->Channel);
        ChannelTable<TSync>.Pop(_g, waiters);
        _waiters = null;
        return ResultOf(channel, number, sent, closed, element);
    }

    /// <summary>Checks the cases of an operation, and lets the world stop if somebody wants it to.</summary>
    private void BeginOperation(ReadOnlySpan<ChannelCase> cases)
    {
        RequireOutsideSystemCall();
        foreach (ChannelCase one in cases)
        {
            if (!one.Channel.IsNull)
            {
                RequireCarries(one);
            }
        }

        if (_scheduler.StopRequest == StopReason.None)
        {
            return;
        }

        Waiter* roots = _world.Channels.Push(_g, cases);
        try
        {
            Safepoint();
        }
        finally
        {
            ChannelTable<TSync>.Pop(_g, roots);
        }
    }

    /// <summary>Lets the counterpart of an operation go on that did not wait; without the locks.</summary>
    private ChannelResult Complete(ReadOnlySpan<ChannelCase> cases, in ChannelTable<TSync>.Operation operation)
    {
        if (operation.Counterpart != null)
        {
            Ready(operation.Counterpart);
        }

        ChannelCase done = cases[operation.Case];
        return ResultOf(
            (Channel*)done.Channel.Address, operation.Case, done.Sends, operation.Closed, operation.Element);
    }

    private ChannelResult ResultOf(Channel* channel, int number, bool sent, bool closed, nint element)
    {
        if (sent)
        {
            return closed
                ? throw new ChannelClosedException("send on a closed channel")
                : new ChannelResult(number, true, default, 0);
        }

        _world.Channels.TryGetType(channel, out ChannelType type);
        return type.Element == SlotKind.Pointer
            ? new ChannelResult(number, !closed, new Reference(element), 0)
            : new ChannelResult(number, !closed, default, element);
    }

    private void RequireCarries(in ChannelCase one)
    {
        ChannelAt(one.Channel, out ChannelType type);
        if (one.Sends && one.Element != type.Element)
        {
            throw new ArgumentException(
                type.Element == SlotKind.Pointer ? "the channel carries references" : "the channel carries numbers");
        }
    }

    private Channel* ChannelAt(Reference channel) => ChannelAt(channel, out _);

    /// <summary>A channel, after a check that there is one.</summary>
    private Channel* ChannelAt(Reference channel, out ChannelType type)
    {
        RequireOutsideSystemCall();
        Span* span = FindSpan(channel, nameof(channel));
        var target = (Channel*)channel.Address;
        type = default;
        return TSync.RacyRead(&span->ElementSize) >= (nuint)sizeof(Channel)
            && _world.Channels.TryGetType(target, out type)
            ? target
            : throw new ArgumentException($"{channel} is no channel of this world", nameof(channel));
    }
}
